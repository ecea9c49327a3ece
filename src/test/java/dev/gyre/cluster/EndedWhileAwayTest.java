package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import dev.gyre.kit.SteppedClock;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ends of drains and holds at a node that was away, and at one whose clock is wrong, undo nothing. */
class EndedWhileAwayTest {

    private static final String REMOVED = "http://10.9.0.1:1";
    private static final String DRAINED = "http://10.9.0.2:1";
    private static final String WEIGHED = "http://10.9.0.3:1";

    @TempDir
    Path directory;

    private static JsonObject hold(String time) {
        return new JsonObject().put("command", "service.hold").put("service", "spare").put("for", time);
    }

    private static JsonObject service(ClusterNode node) throws IOException {
        return node.view().getJsonObject("services").getJsonObject("spare");
    }

    @Test
    void aNodeThatWasAwayAtTheEndsOverrulesNobody() throws Exception {
        SteppedClock clock = SteppedClock.in(directory);
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin)) {
            nodes.all().forEach(node -> node.by(clock));
            nodes.start();
            ClusterNode here = nodes.node(0);
            ClusterNode away = nodes.node(2);
            for (String url : new String[] {REMOVED, DRAINED, WEIGHED}) {
                here.admin().command(Writer.spare("add", url));
                here.admin().command(Writer.spare("drain", url, "ttl", "1h"));
            }
            here.admin().command(hold("10m"));
            nodes.awaitSameView();
            away.kill();
            here.admin().command(Writer.spare("remove", REMOVED));
            here.admin().command(Writer.spare("drain", DRAINED));
            here.admin().command(Writer.spare("weight", WEIGHED, "weight", 7));
            clock.ahead(Duration.ofHours(2));
            Await.until("the end of the hold", () -> !service(here).containsKey("heldUntil"));
            here.admin().command(new JsonObject().put("command", "service.put").put("service", "spare")
                    .put("pool", new JsonObject().put("maxConnections", 78)));
            nodes.restart(away);
            nodes.awaitSameView();
            for (ClusterNode node : nodes.all()) {
                assertThat(node.backends("spare")).containsOnlyKeys(DRAINED, WEIGHED);
                assertThat(node.backends("spare").get(DRAINED).getString("state")).isEqualTo("draining");
                JsonObject weighed = node.backends("spare").get(WEIGHED);
                assertThat(weighed.getString("state")).as("%s", weighed).isEqualTo("up");
                assertThat(weighed.getInteger("weight")).isEqualTo(7);
                assertThat(service(node).getJsonObject("pool").getInteger("maxConnections")).isEqualTo(78);
                assertThat(service(node).containsKey("heldUntil")).isFalse();
            }
        }
    }

    @Test
    void oneClockAnHourAheadEndsNothingAnywhere() throws Exception {
        SteppedClock clock = SteppedClock.in(directory);
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin)) {
            ClusterNode ahead = nodes.node(2);
            ahead.by(clock);
            nodes.start();
            ClusterNode here = nodes.node(0);
            here.admin().command(Writer.spare("add", DRAINED));
            here.admin().command(Writer.spare("drain", DRAINED, "ttl", "30m"));
            here.admin().command(hold("10m"));
            nodes.awaitSameView();
            clock.ahead(Duration.ofHours(1));
            Await.until("a warning", () -> {
                assertNothingHasEnded(nodes);
                return here.text().contains("clock ahead node=");
            });
            ahead.kill();
            nodes.restart(ahead);
            // It has looked for ends many times by then.
            long looked = System.nanoTime();
            Await.until("some seconds more", () -> {
                assertNothingHasEnded(nodes);
                return System.nanoTime() - looked > 3_000_000_000L;
            });
            String history = here.admin().command(new JsonObject().put("command", "history")).encode();
            assertThat(history).doesNotContain("ended").doesNotContain("is over");
        }
    }

    private static void assertNothingHasEnded(ClusterNodes nodes) throws IOException {
        for (ClusterNode node : nodes.all()) {
            assertThat(node.backends("spare").get(DRAINED).getString("state")).as("at %s", node)
                    .isEqualTo("draining");
            assertThat(service(node).containsKey("heldUntil")).as("held at %s", node).isTrue();
        }
    }
}
