package dev.gyre.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A cut that does not cut would make every test of a partition pass. */
class NetworkLabTest {

    private static String reached(NetworkLab lab) throws Exception {
        StringBuilder pairs = new StringBuilder();
        for (int from = 0; from < 3; from++) {
            for (int to = 0; to < 3; to++) {
                if (from != to && lab.reaches(from, to)) {
                    pairs.append(from).append(to).append(' ');
                }
            }
        }
        return pairs.toString().strip();
    }

    @Test
    void aCutPartsTheSidesAndHealingJoinsThem() throws Exception {
        try (NetworkLab lab = NetworkLab.of(3)) {
            // On a busy machine, who gets through may do so too late for one look.
            Await.until("all at first", () -> reached(lab).equals("01 02 10 12 20 21"));
            lab.split(0, 0, 1);
            Await.until("2|1", () -> reached(lab).equals("01 10"));
            lab.split(0, 1, 2);
            assertThat(reached(lab)).as("1|1|1").isEmpty();
            lab.heal();
            // A neighbour that was sought in vain is asked for again only about once a second.
            Await.until("healed", () -> reached(lab).equals("01 02 10 12 20 21"));
        }
    }

    @Test
    void aMutedNodeIsNotHeardByTheOneAlone() throws Exception {
        try (NetworkLab lab = NetworkLab.of(3)) {
            Await.until("all at first", () -> reached(lab).equals("01 02 10 12 20 21"));
            lab.mute(0, 1);
            // There and back: where one way is cut, nobody gets an answer.
            assertThat(reached(lab)).isEqualTo("02 12 20 21");
            lab.heal();
            Await.until("healed", () -> reached(lab).equals("01 02 10 12 20 21"));
        }
    }

    @Test
    void trafficDoesNotTakePartInTheCut() throws Exception {
        try (NetworkLab lab = NetworkLab.of(3)) {
            lab.split(0, 1, 2);
            for (Place place : lab.places()) {
                // Refused by the node's own kernel: it has been reached.
                assertThatThrownBy(() -> connect(place.traffic())).isInstanceOf(ConnectException.class);
            }
        }
    }

    private static void connect(String address) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, 9), 10_000);
        }
    }

    @Test
    void nothingIsLeftBehind() throws Exception {
        Process inside;
        try (NetworkLab lab = NetworkLab.of(2)) {
            inside = sleeping(lab.places().get(1).enter());
            assertThat(links()).anyMatch(name -> name.startsWith("gyre"));
        }
        assertThat(inside.waitFor(Await.SECONDS, TimeUnit.SECONDS)).as("ended").isTrue();
        assertThat(NetworkLab.namespaces()).noneMatch(NetworkLabTest::ofThisRun);
        assertThat(links()).doesNotContain("gyre" + ProcessHandle.current().pid());
    }

    @Test
    void theNextRunTakesAwayWhatAKilledOneHasLeft() throws Exception {
        NetworkLab.of(1).close();
        Process dead = new ProcessBuilder("true").start();
        dead.waitFor();
        String left = "gyre-lab-" + dead.pid() + "-n0";
        NetworkLab.ip("netns", "add", left);
        Process inside = sleeping(List.of("ip", "netns", "exec", left));
        try (NetworkLab lab = NetworkLab.of(1)) {
            assertThat(lab.places()).hasSize(1);
            assertThat(NetworkLab.namespaces()).doesNotContain(left);
            assertThat(inside.waitFor(Await.SECONDS, TimeUnit.SECONDS)).as("ended").isTrue();
        } finally {
            inside.destroyForcibly();
        }
    }

    /** A process that is inside once it has said so. */
    private static Process sleeping(List<String> enter) throws IOException {
        List<String> command = new ArrayList<>(enter);
        command.addAll(List.of("bash", "-c", "echo inside; exec sleep 60"));
        Process process = new ProcessBuilder(command).start();
        assertThat(process.inputReader().readLine()).isEqualTo("inside");
        return process;
    }

    private static boolean ofThisRun(String namespace) {
        return namespace.startsWith("gyre-lab-" + ProcessHandle.current().pid() + "-");
    }

    private static List<String> links() throws IOException {
        return Collections.list(NetworkInterface.getNetworkInterfaces()).stream()
                .map(NetworkInterface::getName).toList();
    }
}
