package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Load;
import dev.gyre.kit.Nightly;
import dev.gyre.kit.Origin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrozenNodeTest {

    /** Longer than it takes to count it as lost. */
    private static final Duration FROZEN = Duration.ofSeconds(Nightly.orMore(14, 20));

    @TempDir
    Path directory;

    @Test
    void aNodeThatStoodStillCatchesUpAndNobodyWaitsForIt() throws Exception {
        try (Origin origin = Origin.saying("hello").withoutRecording();
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin).start();
             Load one = nodes.node(0).load(8, 200); Load other = nodes.node(1).load(8, 200)) {
            ClusterNode frozen = nodes.node(2);
            Writer writer = Writer.at(nodes.node(0), "10.9.0.7");
            Await.until("changes", () -> writer.count() > 5);
            frozen.freeze();
            // The time it stands still is what the test is about.
            Await.pass(FROZEN);
            Set<String> acknowledged = writer.stop();
            frozen.thaw();
            Await.until("all that was acknowledged, at the node that was frozen",
                    () -> frozen.backends("spare").keySet().containsAll(acknowledged));
            nodes.awaitTogether();
            nodes.awaitSameView();
            Await.until("traffic", () -> Math.min(one.answered(), other.answered()) > 1_000);
            one.stop();
            other.stop();
            assertThat(one.failures()).isEmpty();
            assertThat(other.failures()).isEmpty();
        }
    }
}
