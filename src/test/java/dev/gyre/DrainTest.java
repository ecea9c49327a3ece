package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Command;
import dev.gyre.kit.Gate;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DrainTest {

    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    private final Gate gate = new Gate();
    private final Origin held = Origin.of(exchange -> {
        gate.pass();
        exchange.respond(200, "held");
    });
    private final Origin other = Origin.saying("other");
    private final List<Wire> clients = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        gate.open();
        for (Wire client : clients) {
            client.close();
        }
        held.close();
        other.close();
    }

    private Wire ask(GyreNode node) throws Exception {
        Wire client = Wire.to(node.port()).write(REQUEST);
        clients.add(client);
        return client;
    }

    private static JsonObject row(GyreNode node, Origin origin) {
        return Command.rows(node.command(Command.LIST)).stream()
                .filter(row -> row.getString("url").equals(origin.url()))
                .findFirst().orElse(new JsonObject());
    }

    /** A node before both, with a request held at the first. */
    private GyreNode withOneHeld(JsonObject service) throws Exception {
        GyreNode node = GyreNode.before(service, held);
        ask(node);
        Await.until("a request at the backend", () -> held.requests().size() == 1);
        node.command(Command.backend("add", other.url()));
        return node;
    }

    private static CompletableFuture<JsonObject> meanwhile(GyreNode node, JsonObject command) {
        return CompletableFuture.supplyAsync(() -> node.command(command));
    }

    @Test
    void aDrainThatWaitsReturnsWhenTheAnswerIsThroughAndNotBefore() throws Exception {
        try (GyreNode node = withOneHeld(new JsonObject())) {
            CompletableFuture<JsonObject> drained =
                    meanwhile(node, Command.backend("drain", held.url(), "wait", true, "timeout", "30s"));
            Await.until("draining", () -> "draining".equals(row(node, held).getString("state")));
            for (int i = 0; i < 20; i++) {
                Wire.Answer answer = ask(node).readAnswer();
                assertThat(answer.body()).as("new requests go elsewhere").isEqualTo("other");
            }
            assertThat(drained).isNotDone();
            gate.open();
            assertThat(clients.get(0).readAnswer().body()).isEqualTo("held");
            JsonObject reply = drained.get(Await.SECONDS, TimeUnit.SECONDS);
            assertThat(reply.getBoolean("drained")).isTrue();
            assertThat(reply.getInteger("inFlight")).isZero();
            assertThat(held.requests()).hasSize(1);
        }
    }

    @Test
    void aDrainThatWaitsInVainTellsHowManyAreLeft() throws Exception {
        try (GyreNode node = withOneHeld(new JsonObject())) {
            JsonObject reply = node.command(
                    Command.backend("drain", held.url(), "wait", true, "timeout", "200ms"));
            assertThat(reply.getBoolean("drained")).isFalse();
            assertThat(reply.getInteger("inFlight")).isEqualTo(1);
            gate.open();
            assertThat(clients.get(0).readAnswer().status()).isEqualTo(200);
        }
    }

    @Test
    void aRemovedBackendFinishesWhatItHasAndIsThenLeftAlone() throws Exception {
        try (GyreNode node = withOneHeld(new JsonObject())) {
            node.command(Command.backend("remove", held.url()));
            JsonObject leaving = row(node, held);
            assertThat(leaving.getString("state")).isEqualTo("removing");
            assertThat(leaving.getInteger("inFlight")).isEqualTo(1);
            assertThat(ask(node).readAnswer().body()).isEqualTo("other");
            gate.open();
            assertThat(clients.get(0).readAnswer().body()).isEqualTo("held");
            Await.until("no connection to it", () -> held.openNow() == 0);
            Await.until("gone from the list", () -> row(node, held).isEmpty());
        }
    }

    @Test
    void idleConnectionsOfARemovedBackendAreClosed() throws Exception {
        gate.open();
        try (GyreNode node = GyreNode.before(held, other)) {
            for (int i = 0; i < 8; i++) {
                assertThat(ask(node).readAnswer().status()).isEqualTo(200);
            }
            assertThat(held.openNow()).isPositive();
            node.command(Command.backend("remove", held.url()));
            Await.until("no connection to it", () -> held.openNow() == 0);
            Await.until("gone from the list", () -> row(node, held).isEmpty());
        }
    }

    @Test
    void whoWaitsForADrainedBackendIsServedByAnother() throws Exception {
        JsonObject one = new JsonObject().put("pool", new JsonObject()
                .put("maxConnections", 1).put("queueTimeout", "20s"));
        try (GyreNode node = GyreNode.before(one, held)) {
            ask(node);
            Await.until("a request at the backend", () -> held.requests().size() == 1);
            for (int i = 0; i < 6; i++) {
                ask(node);
            }
            Await.until("all wait", () -> row(node, held).getInteger("queued") == 6);
            node.command(Command.backend("add", other.url()));
            node.command(Command.backend("drain", held.url()));
            for (Wire client : clients.subList(1, 7)) {
                assertThat(client.readAnswer().body()).isEqualTo("other");
            }
            assertThat(row(node, held).getInteger("inFlight")).isEqualTo(1);
            assertThat(row(node, held).getInteger("failures")).isZero();
        }
    }

    @Test
    void aDrainWithATtlUndoesItself() throws Exception {
        gate.open();
        try (GyreNode node = GyreNode.before(held)) {
            node.command(Command.backend("drain", held.url(), "ttl", "60s"));
            assertThat(ask(node).readAnswer().status()).isEqualTo(503);
            // Counts anew, now that the answer is there.
            node.command(Command.backend("drain", held.url(), "ttl", "1s"));
            Await.until("up again", () -> "up".equals(row(node, held).getString("state")));
            assertThat(ask(node).readAnswer().body()).isEqualTo("held");
        }
    }

    @Test
    void withAllBackendsDrainedNothingHangs() throws Exception {
        gate.open();
        try (GyreNode node = GyreNode.before(held, other)) {
            node.command(Command.backend("drain", held.url()));
            node.command(Command.backend("drain", other.url()));
            for (int i = 0; i < 4; i++) {
                Wire.Answer answer = ask(node).readAnswer();
                assertThat(answer.status()).isEqualTo(503);
                assertThat(new JsonObject(answer.body()).getString("error")).isEqualTo("no-backend");
                assertThat(answer.head().first("Retry-After")).isPresent();
                assertThat(answer.head().first("Proxy-Status")).contains(
                        "gyre; error=destination_unavailable; details=\"the service has no backend\"");
            }
            node.command(Command.backend("resume", other.url()));
            assertThat(ask(node).readAnswer().body()).isEqualTo("other");
        }
    }

    @Test
    void aServiceWithoutBackendsDoesNotHoldUpTheOthers() throws Exception {
        JsonObject services = new JsonObject().put("later", new JsonObject())
                .put("web", new JsonObject().put("backends", List.of(other.url())));
        List<JsonObject> routes = List.of(new JsonObject().put("path", "/*").put("service", "web"),
                new JsonObject().put("path", "/later").put("service", "later"));
        JsonObject config = new JsonObject().put("services", services).put("routes", routes);
        try (GyreNode node = GyreNode.start(config)) {
            assertThat(ask(node).readAnswer().body()).isEqualTo("other");
            assertThat(clients.get(0).write("GET /later HTTP/1.1\r\nHost: x\r\n\r\n").readAnswer().status())
                    .isEqualTo(503);
            node.command(Command.backend("remove", other.url()));
            assertThat(ask(node).readAnswer().status()).isEqualTo(503);
        }
    }
}
