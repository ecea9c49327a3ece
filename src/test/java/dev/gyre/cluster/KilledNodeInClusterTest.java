package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledNodeInClusterTest {

    @TempDir
    Path directory;

    @Test
    void aKilledNodeTakesNothingAcknowledgedAndNoOthersRequestWithIt() throws Exception {
        Set<String> acknowledged = new TreeSet<>();
        try (Origin origin = Origin.saying("hello").withoutRecording();
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin).start()) {
            for (ClusterNode victim : nodes.all()) {
                acknowledged.addAll(killUnderLoad(nodes, victim));
                nodes.awaitSameView();
                for (ClusterNode node : nodes.all()) {
                    if (node != victim) {
                        assertThat(node.backends("spare").keySet()).as("at %s without %s", node, victim)
                                .containsAll(acknowledged);
                    }
                }
                nodes.restart(victim);
                nodes.awaitSameView();
                assertThat(victim.backends("spare").keySet()).containsAll(acknowledged);
            }
        }
    }

    /** Returns what was acknowledged, by the victim up to its death and by the others before and after. */
    private static Set<String> killUnderLoad(ClusterNodes nodes, ClusterNode victim) throws Exception {
        List<Writer> writers = new ArrayList<>();
        List<Load> survivors = new ArrayList<>();
        int round = nodes.all().indexOf(victim);
        for (ClusterNode node : nodes.all()) {
            writers.add(Writer.at(node, "10.7." + round + "." + writers.size()));
            if (node != victim) {
                survivors.add(node.load(8, 200));
            }
        }
        try (Load own = victim.load(8, 200)) {
            Await.until("a load", () -> own.answered() > 200);
            for (Writer writer : writers) {
                Await.until("changes at every node", () -> writer.count() > 5);
            }
            victim.kill();
            for (ClusterNode node : nodes.all()) {
                if (node != victim) {
                    ClusterNodes.awaitSize(node, 2);
                }
            }
        }
        Set<String> acknowledged = new TreeSet<>();
        for (Writer writer : writers) {
            acknowledged.addAll(writer.stop());
        }
        for (Load load : survivors) {
            Await.until("traffic", () -> load.answered() > 200);
            load.stop();
            assertThat(load.failures()).as("failed at survivors of %s", victim).isEmpty();
            load.close();
        }
        return acknowledged;
    }
}
