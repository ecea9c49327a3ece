package dev.gyre.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the nodes of a test can be ended, started again, frozen and set wrong as the tests believe. */
class ClusterNodesTest {

    private static final String ADDED = "http://127.0.0.1:9";
    private static final Duration TICK = Duration.ofMillis(10);

    @TempDir
    Path directory;

    private static String spare(ClusterNode node) throws IOException {
        return node.backends("spare").toString();
    }

    private static void startAlone(ClusterNode node) throws Exception {
        node.startAlone();
        node.awaitReady();
    }

    @Test
    void aKilledNodeComesBackInItsPlaceWithItsData() throws Exception {
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 2, origin)) {
            ClusterNode node = nodes.node(0);
            startAlone(node);
            node.admin().command(Command.backend("add", ADDED).put("service", "spare"));
            SocketAddress before = node.listener();
            node.kill();
            startAlone(node);
            assertThat(node.listener()).isEqualTo(before);
            assertThat(spare(node)).contains(ADDED);
            node.stop();
            node.loseDisk();
            startAlone(node);
            assertThat(spare(node)).doesNotContain(ADDED);
        }
    }

    @Test
    void usersWhoAreRefusedGoToTheNextNode() throws Exception {
        try (Origin origin = Origin.saying("hello").withoutRecording();
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 2, origin)) {
            for (ClusterNode node : nodes.all()) {
                startAlone(node);
            }
            List<SocketAddress> both = nodes.all().stream().map(ClusterNode::listener).toList();
            try (Load load = Load.of(both, 4, 200)) {
                Await.until("a load", () -> load.answered() > 50);
                nodes.node(0).stop();
                long before = load.answered();
                Await.until("the load goes on", () -> load.answered() > before + 50);
                load.stop();
                assertThat(load.failures()).isEmpty();
            }
            try (Load load = Load.of(both.subList(0, 1), 1, 50)) {
                Await.until("refused by all there are", () -> !load.failures().isEmpty());
            }
        }
    }

    @Test
    void aFrozenNodeAnswersWhenItIsThawed() throws Exception {
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 1, origin)) {
            ClusterNode node = nodes.node(0);
            startAlone(node);
            node.freeze();
            try (Load load = node.load(1, 0)) {
                Await.pass(Duration.ofMillis(500));
                assertThat(load.answered()).isZero();
                node.thaw();
                Await.until("an answer", () -> load.answered() > 0);
            }
        }
    }

    @Test
    void onlyTheOneNodesClockIsStepped() throws Exception {
        SteppedClock clock = SteppedClock.in(directory);
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 1, origin)) {
            ClusterNode node = nodes.node(0);
            node.by(clock);
            startAlone(node);
            assertThat(secondsAhead(node)).isCloseTo(0, within(10L));
            clock.ahead(Duration.ofMinutes(5));
            assertThat(secondsAhead(node)).isCloseTo(300, within(10L));
            assertThat(System.currentTimeMillis() / 1000).isLessThan(
                    Files.getLastModifiedTime(directory.resolve("clock-offset")).toMillis() / 1000 + 60);
            Await.until("the JVM does not spin", () -> {
                long begun = System.nanoTime();
                long before = cpuTicks(node);
                Await.pass(Duration.ofSeconds(2));
                long worked = (cpuTicks(node) - before) * TICK.toNanos();
                return worked < (System.nanoTime() - begun) / 2;
            });
        }
    }

    /** By the version after a change: its first 11 digits are the node's wall time. */
    private static long secondsAhead(ClusterNode node) throws IOException {
        int weight = 1 + (int) (System.nanoTime() % 1000);
        node.admin().command(Command.backend("add", ADDED, "weight", weight).put("service", "spare"));
        String version = node.ask("topology.get").getString("version");
        return (Long.parseLong(version.substring(0, 11), 16) - System.currentTimeMillis()) / 1000;
    }

    /** User and system time, in hundredths of a second. */
    private static long cpuTicks(ClusterNode node) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + node.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }

    @Test
    void aNodeInTheLaboratoryServesAcrossItsCut() throws Exception {
        try (NetworkLab lab = NetworkLab.of(2);
             Origin origin = Origin.at(InetAddress.getByName(lab.origins()),
                     exchange -> exchange.respond(200, "hello"));
             ClusterNodes nodes = ClusterNodes.in(lab, directory, origin)) {
            for (ClusterNode node : nodes.all()) {
                startAlone(node);
            }
            lab.split(0, 1);
            try (Load one = nodes.node(0).load(2, 100); Load other = nodes.node(1).load(2, 100)) {
                Await.until("answers of both", () -> one.answered() > 20 && other.answered() > 20);
                one.stop();
                other.stop();
                assertThat(one.failures()).isEmpty();
                assertThat(other.failures()).isEmpty();
            }
        }
    }
}
