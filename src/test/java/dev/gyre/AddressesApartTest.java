package dev.gyre;

import static dev.gyre.NamedBackends.address;
import static dev.gyre.NamedBackends.get;
import static dev.gyre.NamedBackends.listed;
import static dev.gyre.NamedBackends.row;
import static dev.gyre.NamedBackends.rows;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Command;
import dev.gyre.kit.Gate;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each address of a name is a backend of its own, but what an operator says of the name holds for all. */
class AddressesApartTest {

    private final NamedBackends backends = new NamedBackends(3);

    @AfterEach
    void close() {
        backends.close();
    }

    @Test
    void whoFailsIsEjectedAlone() throws Exception {
        backends.stand(0, 1, 2);
        try (GyreNode node = backends.node(new JsonObject())) {
            backends.origins.get(1).close();
            Await.until("ejected", () -> {
                assertThat(get(node).status()).isEqualTo(200);
                return "ejected".equals(row(node, 1).getString("state"));
            });
            assertThat(row(node, 0).getString("state")).isEqualTo("up");
            assertThat(row(node, 2).getString("state")).isEqualTo("up");
            assertThat(row(node, 0).getInteger("failures")).isZero();
        }
    }

    @Test
    void eachIsProbedAndJudgedForItself() throws Exception {
        backends.stand(0, 1);
        JsonObject health = new JsonObject().put("http", new JsonObject().put("path", "/health"))
                .put("interval", "100ms").put("fall", 2);
        try (GyreNode node = backends.node(new JsonObject().put("health", health))) {
            Await.until("both are probed", () -> backends.origins.stream().limit(2)
                    .allMatch(origin -> !origin.requests().isEmpty()));
            assertThat(backends.origins.get(0).requests().get(0).first("Host"))
                    .contains("app.test:" + backends.port());
            backends.origins.get(1).close();
            Await.until("down", () -> "down".equals(row(node, 1).getString("state")));
            assertThat(row(node, 0).getString("state")).isEqualTo("up");
        }
    }

    @Test
    void theNameStaysInTheHostHeader() throws Exception {
        backends.stand(0);
        try (GyreNode node = backends.node(new JsonObject().put("host", "backend"))) {
            get(node);
            assertThat(backends.origins.get(0).requests().get(0).first("Host"))
                    .contains("app.test:" + backends.port());
        }
    }

    @Test
    void eachHasAPoolOfItsOwn() throws Exception {
        Gate gate = new Gate();
        try (Origin one = held("127.0.0.9", gate); Origin other = held("127.0.0.10", gate)) {
            backends.dns.says(NamedBackends.NAME, 60, "127.0.0.9", "127.0.0.10");
            JsonObject smallest = new JsonObject().put("pool", new JsonObject().put("maxConnections", 1));
            try (GyreNode node = backends.node(smallest); Wire client = Wire.to(node.port()).get("/")) {
                Await.until("one", () -> one.requests().size() + other.requests().size() == 1);
                try (Wire second = Wire.to(node.port()).get("/")) {
                    Await.until("both", () -> one.requests().size() == 1 && other.requests().size() == 1);
                    assertThat(rows(node)).hasSize(2).allMatch(row -> row.getInteger("inFlight") == 1
                            && row.getInteger("inUse") == 1 && row.getInteger("maxConnections") == 1);
                    gate.open();
                    assertThat(second.readAnswer().status()).isEqualTo(200);
                }
                assertThat(client.readAnswer().status()).isEqualTo(200);
            }
        }
    }

    private Origin held(String address, Gate gate) throws Exception {
        return Origin.at(InetAddress.getByName(address), backends.port(), exchange -> {
            gate.pass();
            exchange.respond(200, "held");
        });
    }

    @Test
    void weightAndDrainAreThoseOfTheEntry() throws Exception {
        backends.stand(0, 1);
        try (GyreNode node = backends.node(new JsonObject())) {
            node.command(Command.backend("weight", backends.url(), "weight", 7));
            assertThat(rows(node)).allMatch(row -> row.getInteger("weight") == 7).hasSize(2);
            backends.stand(0, 1, 2);
            Await.until("a third one", () -> listed(node).size() == 3);
            assertThat(row(node, 2).getInteger("weight")).isEqualTo(7);
            node.command(Command.backend("drain", backends.url()));
            assertThat(rows(node)).allMatch(row -> row.getString("state").equals("draining"));
            assertThat(get(node).status()).isEqualTo(503);
            node.command(Command.backend("resume", backends.url()));
            assertThat(get(node).status()).isEqualTo(200);
            node.command(Command.backend("remove", backends.url(), "wait", true));
            assertThat(get(node).status()).isEqualTo(503);
        }
    }

    @Test
    void aDrainWaitsForTheRequestsToAllAddresses() throws Exception {
        Gate gate = new Gate();
        try (Origin held = held("127.0.0.9", gate)) {
            backends.dns.says(NamedBackends.NAME, 60, "127.0.0.9");
            try (GyreNode node = backends.node(new JsonObject());
                 Wire client = Wire.to(node.port()).get("/")) {
                Await.until("in flight", () -> held.requests().size() == 1);
                CompletableFuture<JsonObject> drained = CompletableFuture.supplyAsync(() -> node.command(
                        Command.backend("drain", backends.url(), "wait", true, "timeout", "30s")));
                Await.until("drains", () -> rows(node).get(0).getString("state").equals("draining"));
                assertThat(drained).isNotDone();
                gate.open();
                assertThat(client.readAnswer().body()).isEqualTo("held");
                assertThat(drained.get(Await.SECONDS, TimeUnit.SECONDS).getBoolean("drained")).isTrue();
            }
        }
    }
}
