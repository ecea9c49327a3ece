package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What has come of a body and waits in the node is part of what clients hold, and leaves with them. */
class HeldUploadsTest {

    private static final int UPLOADS = 20;
    /** So few bytes come in one small read each, which is copied to the heap. */
    private static final String PIECE = "u".repeat(1500);
    private static final int LENGTH = 4 * PIECE.length();

    private static double held(GyreNode node) throws IOException {
        return node.sample("gyre_client_memory_bytes{area=\"heap\"}");
    }

    @Test
    void bytesOfBodiesThatWaitForABackendAreCounted() throws Exception {
        CountDownLatch freed = new CountDownLatch(1);
        List<Wire> clients = new ArrayList<>();
        JsonObject service = new JsonObject().put("pool",
                new JsonObject().put("maxConnections", 1).put("queueTimeout", "60s"));
        try (Origin origin = Origin.of(exchange -> {
                awaitFreed(freed);
                exchange.respond(200, "");
            }); GyreNode node = GyreNode.before(service, origin);
             Wire first = Wire.to(node.port()).get("/")) {
            Await.until("the only connection is taken", () -> origin.accepted() == 1);
            for (int i = 0; i < UPLOADS; i++) {
                clients.add(Wire.to(node.port()).write(
                        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + (LENGTH + 1) + "\r\n\r\n"));
            }
            double atFirst = waiting(node);
            for (Wire client : clients) {
                client.write(PIECE.repeat(4));
            }
            Await.until("what has come is counted", () -> held(node) >= atFirst + UPLOADS * LENGTH);

            clients.remove(0).close();
            Await.until("one has left with what it held",
                    () -> held(node) < atFirst + UPLOADS * LENGTH);
            freed.countDown();
            assertThat(first.readHead().status()).isEqualTo(200);
            for (Wire client : clients) {
                client.write("u");
            }
            for (Wire client : clients) {
                assertThat(client.readHead().status()).isEqualTo(200);
            }
            Await.until("nothing but connections is left, those of the clients and one to the backend",
                    () -> held(node) <= (clients.size() + 2) * 4096);
        } finally {
            for (Wire client : clients) {
                client.close();
            }
        }
    }

    private static void awaitFreed(CountDownLatch freed) {
        try {
            assertThat(freed.await(Await.SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** When all have begun. */
    private static double waiting(GyreNode node) throws Exception {
        Await.until("all wait", () -> node.sample("gyre_client_connections") == UPLOADS + 1
                && held(node) >= (UPLOADS + 1) * (4096 + 2048));
        return held(node);
    }
}
