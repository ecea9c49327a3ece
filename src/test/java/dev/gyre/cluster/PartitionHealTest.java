package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Load;
import dev.gyre.kit.NetworkLab;
import dev.gyre.kit.Nightly;
import dev.gyre.kit.Origin;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartitionHealTest {

    /** Longer than it takes to count those one does not hear as lost. */
    private static final Duration PARTED = Duration.ofSeconds(Nightly.orMore(15, 30));
    private static final String CONTESTED = "http://10.9.0.3:1";
    private static final String REMOVED = "http://10.9.0.4:1";

    @TempDir
    static Path directory;

    /** The second partition comes upon nodes that have outlived the first, and a start of all after it. */
    private static final Set<String> ACKNOWLEDGED = new TreeSet<>();
    private static int partitions;
    private static NetworkLab lab;
    private static Origin origin;
    private static ClusterNodes nodes;

    @BeforeAll
    static void start() throws Exception {
        lab = NetworkLab.of(3);
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
    void twoAgainstOneLoseNothing() throws Exception {
        partAndHeal(0, 0, 1);
    }

    @Test
    void eachOnItsOwnLosesNothing() throws Exception {
        partAndHeal(0, 1, 2);
    }

    @Test
    void twoCommandsAtOnceOnBothSidesBothHold() throws Exception {
        PairsAtOnce pairs = new PairsAtOnce(nodes, 0);
        pairs.prepare();
        lab.split(0, 0, 1);
        ClusterNodes.awaitSize(nodes.node(0), 2);
        ClusterNodes.awaitSize(nodes.node(2), 1);
        pairs.give();
        lab.heal();
        nodes.awaitTogether();
        nodes.awaitSameView();
        pairs.assertBothHold();
    }

    private static void partAndHeal(int... sides) throws Exception {
        partitions++;
        nodes.node(0).admin().command(Writer.spare("add", CONTESTED));
        nodes.node(0).admin().command(Writer.spare("add", REMOVED));
        nodes.awaitSameView();
        List<Load> loads = new ArrayList<>();
        for (ClusterNode node : nodes.all()) {
            loads.add(node.load(4, 50));
        }
        lab.split(sides);
        long cut = System.nanoTime();
        List<Writer> writers = writers();
        for (int i = 0; i < 3; i++) {
            int side = sides[i];
            ClusterNodes.awaitSize(nodes.node(i),
                    (int) Arrays.stream(sides).filter(other -> other == side).count());
        }
        contest(writers);
        // The time apart is what the test is about.
        Await.pass(PARTED.minusNanos(System.nanoTime() - cut));
        lab.heal();
        // They need not agree as yet: as long as somebody writes, one is always ahead.
        for (ClusterNode node : nodes.all()) {
            ClusterNodes.awaitSize(node, nodes.all().size());
        }
        for (Writer writer : writers) {
            ACKNOWLEDGED.addAll(writer.stop());
        }
        nodes.awaitSameView();
        assertOutcome();
        for (Load load : loads) {
            Await.until("traffic", () -> load.answered() > 500);
            load.stop();
            assertThat(load.failures()).as("failed requests").isEmpty();
            load.close();
        }
        everythingSurvivesAFullRestart();
    }

    private static List<Writer> writers() {
        List<Writer> writers = new ArrayList<>();
        for (ClusterNode node : nodes.all()) {
            writers.add(Writer.at(node, "10.7." + partitions + "." + writers.size()));
        }
        return writers;
    }

    /** One node after the other sets the same weight; the last, which is parted from the first, wins. */
    private static void contest(List<Writer> writers) throws Exception {
        for (int i = 0; i < 3; i++) {
            int before = writers.get(i).count();
            Writer writer = writers.get(i);
            Await.until("changes acknowledged at node " + i, () -> writer.count() > before + 5);
            nodes.node(i).admin().command(Writer.spare("weight", CONTESTED, "weight", 10 * partitions + i));
            // Two changes of one millisecond have no order that anybody could know.
            Await.pass(Duration.ofMillis(5));
        }
        nodes.node(2).admin().command(Writer.spare("remove", REMOVED));
    }

    private static void assertOutcome() throws Exception {
        for (ClusterNode node : nodes.all()) {
            assertThat(node.backends("spare")).as("acknowledged, at %s", node).containsKeys(
                    ACKNOWLEDGED.toArray(String[]::new)).doesNotContainKey(REMOVED);
            assertThat(node.backends("spare").get(CONTESTED).getInteger("weight"))
                    .isEqualTo(10 * partitions + 2);
        }
    }

    private static void everythingSurvivesAFullRestart() throws Exception {
        for (ClusterNode node : nodes.all()) {
            node.kill();
        }
        nodes.start();
        assertOutcome();
    }
}
