package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node is killed while hundreds of commands are under way at all nodes. */
class KilledInFlightTest {

    private static final int COMMANDS = 300;
    /** So many are acknowledged when the node is killed. */
    private static final int BEFORE = 60;

    @TempDir
    Path directory;

    private final Set<String> acknowledged = new ConcurrentSkipListSet<>();

    @Test
    void everyAcknowledgedOneIsThereAfterItsRestart() throws Exception {
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin).start()) {
            ExecutorService clients = Executors.newFixedThreadPool(100);
            for (int i = 0; i < COMMANDS; i++) {
                ClusterNode node = nodes.node(i % 3);
                String url = "http://10.9.2." + i % 250 + ":" + (1 + i / 250);
                clients.execute(() -> add(node, url));
            }
            Await.until("some", () -> acknowledged.size() >= BEFORE);
            nodes.node(2).kill();
            clients.shutdown();
            assertThat(clients.awaitTermination(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(acknowledged.size()).as("acknowledged").isGreaterThan(BEFORE);
            for (ClusterNode node : nodes.all().subList(0, 2)) {
                // What another node has acknowledged comes a moment later.
                Await.until("all at " + node,
                        () -> node.backends("spare").keySet().containsAll(acknowledged));
            }
            nodes.restart(nodes.node(2));
            nodes.awaitSameView();
            for (ClusterNode node : nodes.all()) {
                assertThat(node.backends("spare").keySet()).as("at %s", node).containsAll(acknowledged);
            }
        }
    }

    private void add(ClusterNode node, String url) {
        try {
            if (node.admin().post(Writer.spare("add", url)).status() == 200) {
                acknowledged.add(url);
            }
        } catch (IOException e) {
            // The node was killed before it answered: nobody was told that it is there.
        }
    }
}
