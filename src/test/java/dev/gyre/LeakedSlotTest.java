package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** However requests end, each gives its slot back, in the pool and among the requests in flight. */
class LeakedSlotTest {

    private static final int CLIENTS = 40;
    private static final long SEED = 7;

    @Test
    void noSlotIsLostToClientsAndBackendsThatBreakOffAtAnyMoment() throws Exception {
        AtomicInteger seeds = new AtomicInteger();
        ThreadLocal<RandomGenerator> random = ThreadLocal.withInitial(() ->
                RandomGeneratorFactory.of("L64X128MixRandom").create(SEED + seeds.incrementAndGet()));
        JsonObject service = new JsonObject().put("pool",
                new JsonObject().put("maxConnections", 5).put("maxQueue", 30).put("queueTimeout", "20ms"))
                .put("limit", 35);
        try (Origin origin = Origin.of(exchange -> misbehave(exchange, random.get())).withoutRecording();
             GyreNode node = GyreNode.before(service.put("timeouts",
                     new JsonObject().put("firstByte", "100ms").put("idle", "100ms")), origin)) {
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Thread client = new Thread(() -> ask(node.port(), random.get()));
                client.start();
                clients.add(client);
            }
            for (Thread client : clients) {
                client.join();
            }
            Await.until(() -> "all slots given back: " + admitted(node) + node.backend().encodePrettily(),
                    () -> node.backend().getInteger("inUse") == 0
                            && node.backend().getInteger("inFlight") == 0
                            && admitted(node).getInteger("inFlight") == 0);
            JsonObject seen = node.backend();
            assertThat(seen.getInteger("queued")).isZero();
            assertThat(admitted(node).getLong("refused")).isPositive();
            assertThat(node.metric("retries_total")).isPositive();
            assertThat(seen.getInteger("idle")).isLessThanOrEqualTo(5);
        }
    }

    private static JsonObject admitted(GyreNode node) {
        return node.command(new JsonObject().put("command", "service.list"))
                .getJsonArray("services").getJsonObject(0).getJsonObject("concurrency");
    }

    private static void misbehave(Origin.Exchange exchange, RandomGenerator random) throws IOException {
        switch (random.nextInt(10)) {
            case 0 -> exchange.close();
            case 1 -> exchange.reset();
            case 2 -> {
                exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
                exchange.close();
            }
            case 3 -> exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200");
            case 4 -> exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx");
            case 5 -> {
                exchange.respond(200, "x");
                exchange.close();
            }
            default -> exchange.respond(200, "x");
        }
    }

    private static void ask(int port, RandomGenerator random) {
        for (int i = 0; i < 150; i++) {
            try (Wire client = Wire.to(port)) {
                if (random.nextBoolean()) {
                    client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                } else {
                    client.write("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
                    if (random.nextInt(10) > 0) {
                        client.write("llo");
                    }
                }
                if (random.nextInt(4) > 0) {
                    client.readAnswer();
                } else {
                    client.reset();
                }
            } catch (IOException e) {
                // Among the things under test.
            }
        }
    }
}
