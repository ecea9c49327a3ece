package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Command;
import dev.gyre.kit.Gate;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DrainAcrossNodesTest {

    @TempDir
    Path directory;

    private final Gate gate = new Gate();

    @Test
    void aDrainWaitsForTheRequestsOfEveryNode() throws Exception {
        try (Origin held = Origin.of(exchange -> {
            gate.pass();
            exchange.respond(200, "hello");
        }); ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, held).start();
             Load one = nodes.node(1).load(1, 0); Load two = nodes.node(2).load(2, 0)) {
            Await.until("requests of both nodes at the backend", () -> held.requests().size() == 3);
            JsonObject early = drain(nodes.node(0), held, "100ms");
            assertThat(early.getBoolean("drained")).isFalse();
            assertThat(early.getInteger("inFlight")).isEqualTo(3);
            assertThat(early.getJsonArray("nodes").stream().map(JsonObject.class::cast)
                    .map(node -> node.getInteger("inFlight"))).containsExactlyInAnyOrder(0, 1, 2);
            CompletableFuture<JsonObject> drained = CompletableFuture.supplyAsync(() -> {
                try {
                    return drain(nodes.node(0), held, "20s");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(drained).isNotDone();
            gate.open();
            assertThat(drained.get(20, TimeUnit.SECONDS).getBoolean("drained")).isTrue();
            // The users go on, and find no backend any more: nothing of it is counted here.
            Await.until("all three answered", () -> one.answered() + two.answered() >= 3);
        } finally {
            gate.open();
        }
    }

    private static JsonObject drain(ClusterNode node, Origin origin, String timeout) throws Exception {
        return node.admin().command(
                Command.backend("drain", origin.url(), "wait", true, "timeout", timeout));
    }
}
