package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RollingRestartTest {

    @TempDir
    Path directory;

    @Test
    void oneNodeAfterTheOtherLosesNoRequestAndNoChange() throws Exception {
        try (Origin origin = Origin.saying("hello").withoutRecording();
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin).start();
             Load load = Load.of(nodes.all().stream().map(ClusterNode::listener).toList(), 30, 600)) {
            Await.until("a load", () -> load.answered() > 600);
            for (ClusterNode node : nodes.all()) {
                Writer writer = Writer.at(node, "10.7.0." + nodes.all().indexOf(node));
                Await.until("changes", () -> writer.count() > 5);
                node.stop();
                Set<String> acknowledged = writer.stop();
                nodes.restart(node);
                nodes.awaitSameView();
                assertThat(node.backends("spare").keySet()).containsAll(acknowledged);
            }
            load.stop();
            assertThat(load.failures()).as("failed of %d requests", load.answered()).isEmpty();
        }
    }
}
