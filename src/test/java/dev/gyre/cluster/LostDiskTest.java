package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LostDiskTest {

    private static final String KEPT = "http://10.9.0.5:1";
    private static final String REMOVED = "http://10.9.0.4:1";

    @TempDir
    Path directory;

    private static void change(ClusterNodes nodes) throws Exception {
        nodes.node(0).admin().command(Writer.spare("add", KEPT, "weight", 7));
        nodes.node(1).admin().command(Writer.spare("add", REMOVED));
        nodes.awaitSameView();
        nodes.node(2).admin().command(Writer.spare("remove", REMOVED));
        nodes.awaitSameView();
    }

    private static void assertChanged(ClusterNodes nodes, Object when) throws Exception {
        nodes.awaitSameView();
        for (ClusterNode node : nodes.all()) {
            assertThat(node.backends("spare")).as("%s, %s", node, when).containsOnlyKeys(KEPT);
            assertThat(node.backends("spare").get(KEPT).getInteger("weight")).isEqualTo(7);
        }
    }

    @Test
    void aNodeWithoutItsDiskComesBackFromTheOthers() throws Exception {
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin).start()) {
            change(nodes);
            ClusterNode robbed = nodes.node(1);
            robbed.kill();
            robbed.loseDisk();
            nodes.restart(robbed);
            assertChanged(nodes, "after the loss");
            // What it got from the others is on its own disk: it needs nobody for it.
            for (ClusterNode node : nodes.all()) {
                node.kill();
            }
            robbed.start();
            robbed.awaitReady();
            assertThat(robbed.backends("spare")).containsOnlyKeys(KEPT);
        }
    }

    @Test
    void afterAFullStopEverythingIsBackInWhateverOrderTheyStart() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin).start()) {
            change(nodes);
            for (boolean inOrder : new boolean[] {true, false}) {
                for (ClusterNode node : nodes.all()) {
                    if (inOrder) {
                        node.terminate();
                    } else {
                        node.kill();
                    }
                }
                if (inOrder) {
                    for (ClusterNode node : nodes.all()) {
                        node.awaitStopped();
                    }
                }
                List<ClusterNode> shuffled = new ArrayList<>(nodes.all());
                Collections.shuffle(shuffled, random);
                for (ClusterNode node : shuffled) {
                    nodes.restart(node);
                    assertThat(node.backends("spare")).as("from %s on, seed %d", node, seed)
                            .containsOnlyKeys(KEPT);
                }
                assertChanged(nodes, shuffled);
            }
        }
    }
}
