package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node whose subscriptions are lost hears nothing, and would disagree with the others without knowing. */
class DeafNodeTest {

    @TempDir
    Path directory;

    private static long at(double seconds) {
        return (long) (seconds * 1e9);
    }

    @Test
    void patienceGrowsWhileNobodyIsHeardAndIsShortAgainAfterwards() {
        IsolationDetector isolation = new IsolationDetector();
        assertThat(isolation.found(1, 0, at(0))).isFalse();
        assertThat(isolation.found(1, 0, at(9.9))).isFalse();
        assertThat(isolation.found(1, 0, at(10))).as("ten seconds").isTrue();
        assertThat(isolation.found(1, 0, at(11))).isFalse();
        assertThat(isolation.found(1, 0, at(30.9))).isFalse();
        assertThat(isolation.found(1, 0, at(31))).as("then twenty").isTrue();
        assertThat(isolation.found(2, 1, at(32))).as("somebody is heard").isFalse();
        assertThat(isolation.found(0, 0, at(50))).as("nobody is there").isFalse();
        assertThat(isolation.found(1, 0, at(51))).isFalse();
        assertThat(isolation.found(1, 0, at(61))).as("ten again").isTrue();
    }

    @Test
    void aNodeWhoseSubscriptionsAreLostSaysThemAnewBeforeItIsMissed() throws Exception {
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 2, origin).start()) {
            ClusterNode deaf = nodes.node(1);
            try (RogueMember rogue = RogueMember.among(nodes)) {
                rogue.unsubscribe(deaf);
                Await.until(() -> "subscribed again: " + deaf.text(),
                        () -> rogue.isSubscribed(deaf));
            }
            nodes.awaitTogether();
            nodes.node(0).admin().command(Writer.spare("add", "http://10.9.0.1:1"));
            nodes.awaitSameView();
            assertThat(deaf.text()).doesNotContain("joining again");
        }
    }
}
