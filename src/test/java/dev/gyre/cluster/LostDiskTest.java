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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LostDiskTest {

    private static final String KEPT = "http://10.9.0.5:1";
    private static final String REMOVED = "http://10.9.0.4:1";

    @TempDir
    static Path directory;

    private static Origin origin;
    private static ClusterNodes nodes;

    @BeforeAll
    static void configure() {
        origin = Origin.saying("hello");
        nodes = ClusterNodes.onLoopback(directory, 3, origin);
    }

    @BeforeEach
    void start() throws Exception {
        nodes.complete();
        change();
    }

    @AfterAll
    static void close() {
        nodes.close();
        origin.close();
    }

    private static void change() throws Exception {
        nodes.node(0).admin().command(Writer.spare("add", KEPT, "weight", 7));
        nodes.node(1).admin().command(Writer.spare("add", REMOVED));
        nodes.awaitSameView();
        nodes.node(2).admin().command(Writer.spare("remove", REMOVED));
        nodes.awaitSameView();
    }

    private static void assertChanged(Object when) throws Exception {
        nodes.awaitSameView();
        for (ClusterNode node : nodes.all()) {
            assertThat(node.backends("spare")).as("%s, %s", node, when).containsOnlyKeys(KEPT);
            assertThat(node.backends("spare").get(KEPT).getInteger("weight")).isEqualTo(7);
        }
    }

    @Test
    void aNodeWithoutItsDiskComesBackFromTheOthers() throws Exception {
        ClusterNode robbed = nodes.node(1);
        robbed.kill();
        robbed.loseDisk();
        nodes.restart(robbed);
        assertChanged("after the loss");
        // What it got from the others is on its own disk: it needs nobody for it.
        for (ClusterNode node : nodes.all()) {
            node.kill();
        }
        robbed.start();
        robbed.awaitReady();
        assertThat(robbed.backends("spare")).containsOnlyKeys(KEPT);
    }

    @Test
    void afterAFullStopEverythingIsBackInWhateverOrderTheyStart() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
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
            assertChanged(shuffled);
        }
    }
}
