package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.NetworkLab;
import dev.gyre.kit.Nightly;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Five nodes become one cluster again once their links are whole, whatever way they were cut. */
class WholeAgainTest {

    private static final int NODES = 5;
    /** Longer than it takes to count those one does not hear as lost. */
    private static final Duration CUT = Duration.ofSeconds(Nightly.orMore(20, 40));

    @TempDir
    static Path directory;

    private static NetworkLab lab;
    private static Origin origin;
    private static ClusterNodes nodes;

    private interface Cut {
        void in(NetworkLab lab) throws Exception;
    }

    @BeforeAll
    static void start() throws Exception {
        lab = NetworkLab.of(NODES);
        origin = Origin.at(InetAddress.getByName(lab.origins()), exchange -> exchange.respond(200, "hello"))
                .withoutRecording();
        nodes = ClusterNodes.in(lab, directory, origin);
        nodes.start();
    }

    @AfterAll
    static void close() {
        if (lab != null) {
            nodes.close();
            origin.close();
            lab.close();
        }
    }

    @Test
    void afterEachCouldNotSendToTheNext() throws Exception {
        wholeAfter(lab -> {
            for (int node = 0; node < NODES; node++) {
                lab.mute(node, (node + 1) % NODES);
            }
        });
    }

    @Test
    void afterTwoWereCutOffFromThree() throws Exception {
        wholeAfter(lab -> lab.split(0, 0, 1, 1, 1));
    }

    private void wholeAfter(Cut cut) throws Exception {
        Await.until(() -> "whole before the cut: " + nodes, WholeAgainTest::whole);
        cut.in(lab);
        // The time apart is what the test is about.
        Await.pass(CUT);
        assertThat(whole()).as("whole while it is cut").isFalse();
        lab.heal();
        long healed = System.nanoTime();
        Await.until(nodes::toString, WholeAgainTest::whole);
        System.out.printf("whole again %.1f s after the cut had healed%n",
                (System.nanoTime() - healed) / 1e9);
    }

    private static boolean whole() throws IOException {
        for (ClusterNode node : nodes.all()) {
            JsonObject status = node.ask("cluster.status");
            if (status.getInteger("nodes") != NODES || !status.getBoolean("agree")) {
                return false;
            }
        }
        return true;
    }
}
