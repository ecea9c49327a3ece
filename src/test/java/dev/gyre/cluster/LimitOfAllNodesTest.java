package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Established;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three processes, one limit: the backend counts the connections of all of them. */
class LimitOfAllNodesTest {

    private static final int LIMIT = 30;
    private static final int PART = 10;
    private static final int USERS = 60;

    @TempDir
    Path directory;

    @Test
    void theLimitHoldsWhereverTheLoadIsAndWhoeverDies() throws Exception {
        try (Origin origin = Origin.of(LimitOfAllNodesTest::answer).withoutRecording();
             Established established = Established.to(origin);
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin).start()) {
            List<ClusterNode> all = nodes.all();
            limit(all.get(0));
            for (ClusterNode node : all) {
                Await.until(() -> node + " has its part: " + share(node), () -> share(node) == PART);
            }
            try (Load one = all.get(0).load(USERS, 0)) {
                answered(one);
                Await.until(() -> "more than its part: " + origin.openNow(),
                        () -> origin.openNow() > 2 * PART);
                try (Load two = all.get(1).load(USERS, 0); Load three = all.get(2).load(USERS, 0)) {
                    for (ClusterNode node : all) {
                        Await.until(() -> node + " gets its part: " + share(node),
                                () -> share(node) >= PART - 1);
                    }
                    answered(two);
                    answered(three);
                    all.get(2).kill();
                }
                answered(one);
                nodes.restart(all.get(2));
                try (Load again = all.get(2).load(USERS, 0)) {
                    answered(again);
                    Await.until(() -> "its part again: " + share(all.get(2)),
                            () -> share(all.get(2)) >= PART - 1);
                }
                one.stop();
                assertThat(one.failures()).as("failed where nothing died").isEmpty();
            }
            assertThat(established.most()).isLessThanOrEqualTo(LIMIT);
        }
    }

    /** Slow enough for few requests to fill all connections: a node that gets no time cannot close any. */
    private static void answer(Origin.Exchange exchange) throws IOException {
        try {
            Await.pass(Duration.ofMillis(30));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        exchange.respond(200, "hello");
    }

    private static void limit(ClusterNode node) throws IOException {
        node.admin().command(new JsonObject().put("command", "service.put").put("service", "web")
                .put("pool", new JsonObject().put("maxConnections", LIMIT).put("scope", "cluster")
                        .put("queueTimeout", "60s")));
    }

    /** What the node says that it may use; nothing before it has heard of the limit. */
    private static int share(ClusterNode node) {
        try {
            return node.admin().backends().get(0).getInteger("share", 0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void answered(Load load) throws Exception {
        long before = load.answered();
        Await.until(() -> "100 more, failed: " + load.failures(), () -> load.answered() > before + 100);
    }
}
