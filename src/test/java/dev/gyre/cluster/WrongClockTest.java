package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import dev.gyre.kit.SteppedClock;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node's clock is a day ahead, and then it is set right. */
class WrongClockTest {

    @TempDir
    Path directory;

    @Test
    void aNodeThatIsADayAheadChangesNothingUntilItIsSetRight() throws Exception {
        SteppedClock clock = SteppedClock.in(directory);
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin)) {
            ClusterNode ahead = nodes.node(2);
            ahead.by(clock);
            nodes.start();
            clock.ahead(Duration.ofDays(1));
            JsonObject change = Writer.spare("add", "http://10.9.0.1:1");
            Await.until("a refusal there", () -> ahead.admin().post(change).status() == 503);
            Admin.Reply refusal = ahead.admin().post(change);
            assertThat(refusal.body()).contains("this node's clock is 1d ahead of node ")
                    .contains("set it right");
            assertThat(ahead.readiness()).contains("clock is 1d ahead");
            ClusterNode other = nodes.node(0);
            Await.until("a warning elsewhere", () -> other.text().contains("clock ahead node="));
            assertThat(other.ask("cluster.status").getString("summary"))
                    .contains("the clock is ahead of the others' at ");
            assertThat(other.ask("node.list").getJsonArray("nodes").stream().map(JsonObject.class::cast)
                    .filter(row -> row.containsKey("clockAhead"))).hasSize(1).allSatisfy(row ->
                    assertThat(row.getLong("clockOffsetMs")).isBetween(86_340_000L, 86_460_000L));
            assertThat(other.admin().metric("gyre_cluster_clocks_ahead")).isEqualTo(1);
            other.admin().command(change);
            clock.ahead(Duration.ZERO);
            Await.until("commands are taken again", () -> ahead.admin().post(change).status() == 200);
        }
    }

    /** Its sessions are told apart by no clock. */
    @Test
    void aNodeIsHeardAtOnceAfterItsClockWasCorrectedAndItWasStartedAgain() throws Exception {
        SteppedClock clock = SteppedClock.in(directory);
        clock.ahead(Duration.ofDays(1));
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 2, origin)) {
            nodes.config().getJsonObject("cluster").put("maxClockSkew", "24h");
            ClusterNode corrected = nodes.node(1);
            corrected.by(clock);
            nodes.start();
            corrected.kill();
            clock.ahead(Duration.ZERO);
            nodes.restart(corrected);
            JsonObject refused = nodes.node(0).ask("cluster.status").getJsonObject("refused");
            assertThat(refused.getLong("replayed")).as("%s", refused).isZero();
            assertThat(nodes.node(0).text()).doesNotContain("refused ");
        }
    }
}
