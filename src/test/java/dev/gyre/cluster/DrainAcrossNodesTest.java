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
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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
            AtomicReference<JsonObject> early = new AtomicReference<>();
            // One that has never been asked yet may not answer in time.
            Await.until(() -> "an answer of every node: " + early, () -> {
                early.set(drain(nodes.node(0), held, "100ms"));
                assertThat(early.get().getBoolean("drained")).isFalse();
                return inFlight(early.get()).stream().allMatch(Optional::isPresent);
            });
            assertThat(early.get().getInteger("inFlight")).isEqualTo(3);
            assertThat(inFlight(early.get())).containsExactlyInAnyOrder(Optional.of(0), Optional.of(1),
                    Optional.of(2));
            CompletableFuture<JsonObject> drained = CompletableFuture.supplyAsync(() -> {
                try {
                    return drain(nodes.node(0), held, "50s");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(drained).isNotDone();
            gate.open();
            assertThat(drained.get(Await.SECONDS, TimeUnit.SECONDS).getBoolean("drained")).isTrue();
            // The users go on, and find no backend any more: nothing of it is counted here.
            Await.until("all three answered", () -> one.answered() + two.answered() >= 3);
        } finally {
            gate.open();
        }
    }

    /** Of each node; empty where it does not answer. */
    private static List<Optional<Integer>> inFlight(JsonObject reply) {
        return reply.getJsonArray("nodes").stream().map(JsonObject.class::cast)
                .map(node -> Optional.ofNullable(node.getInteger("inFlight"))).toList();
    }

    private static JsonObject drain(ClusterNode node, Origin origin, String timeout) throws Exception {
        return node.admin().command(
                Command.backend("drain", origin.url(), "wait", true, "timeout", timeout));
    }
}
