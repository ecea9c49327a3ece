package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Nobody waits while a connection rests, on whichever event loop that is. */
class ForgottenWaiterTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void twoWhoWaitOnOneLoopGetTheConnectionsThatRestOnTwoOthers() throws Exception {
        // Answers when two requests are there at once, so that neither can wait for the other's connection.
        CyclicBarrier pair = new CyclicBarrier(2);
        try (Origin origin = Origin.of(exchange -> {
            meet(pair);
            exchange.respond(200, "x");
        }); GyreNode node = node(3, 2, 100, origin)) {
            List<Wire> clients = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                clients.add(Wire.to(node.port()));
            }
            for (int round = 0; round < 300; round++) {
                ask(clients.get(0), clients.get(1));
                ask(clients.get(2), clients.get(5));
            }
        }
    }

    @Test
    void aConnectionThatRestsOnAnotherLoopServesAlsoWhereNobodyMayQueue() throws Exception {
        try (Origin origin = Origin.saying("x"); GyreNode node = node(2, 1, 0, origin);
             Wire one = Wire.to(node.port()); Wire two = Wire.to(node.port())) {
            for (int round = 0; round < 10; round++) {
                for (Wire client : List.of(one, two)) {
                    assertThat(client.write(GET).readAnswer().status()).isEqualTo(200);
                    while (node.backend().getInteger("idle") == 0) {
                        Thread.onSpinWait();
                    }
                }
            }
        }
    }

    private static GyreNode node(int instances, int maxConnections, int maxQueue, Origin origin) {
        return GyreNode.start(new JsonObject().put("instances", instances).put("services",
                new JsonObject().put("web", new JsonObject()
                        .put("backends", List.of(origin.url()))
                        .put("pool", new JsonObject().put("maxConnections", maxConnections)
                                .put("maxQueue", maxQueue).put("queueTimeout", "10s")))));
    }

    private static void ask(Wire one, Wire two) throws Exception {
        one.write(GET);
        two.write(GET);
        assertThat(one.readAnswer().status()).isEqualTo(200);
        assertThat(two.readAnswer().status()).isEqualTo(200);
    }

    /** For longer than a request waits for a connection: whoever is forgotten is refused before. */
    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(Await.SECONDS, TimeUnit.SECONDS);
        } catch (Exception e) {
            Thread.currentThread().interrupt();
        }
    }
}
