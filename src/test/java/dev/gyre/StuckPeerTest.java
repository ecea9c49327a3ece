package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A peer that takes no more bytes must not hold a connection for longer than its timeouts allow. */
class StuckPeerTest {

    private static final int LARGE = 32 << 20;

    @Test
    void aBackendThatStopsReadingLosesItsConnection() throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        JsonObject service = new JsonObject()
                .put("pool", new JsonObject().put("maxConnections", 1))
                .put("timeouts", new JsonObject().put("idle", "2s"));
        try (Origin origin = Origin.of(exchange -> {
            if (exchange.request().method().equals("POST")) {
                awaitQuietly(done);
            } else {
                exchange.respond(200, "next");
            }
        }); GyreNode node = GyreNode.before(service, origin); Wire client = Wire.to(node.port());
             Wire next = Wire.to(node.port())) {
            uploadFor(client);
            assertThat(client.readAnswer().status()).isEqualTo(504);

            next.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(next.readAnswer().status()).isEqualTo(200);
        } finally {
            done.countDown();
        }
    }

    @Test
    void aClientThatStopsReadingDoesNotKeepTheNodeFromStopping() throws Exception {
        JsonObject service = new JsonObject().put("timeouts", new JsonObject().put("idle", "300ms"));
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + LARGE + "\r\n\r\n");
            exchange.wire().write(new byte[LARGE]);
        }); GyreNode node = GyreNode.before(service, origin); Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            client.readHead();
            Await.until("nothing in flight", () -> node.backend().getLong("inFlight") == 0);

            Thread stop = new Thread(node::stop);
            stop.start();
            stop.join(Await.MILLIS);
            assertThat(stop.isAlive()).as("still stopping long after the grace").isFalse();
        }
    }

    /** In one go: a client that pauses would be the one to blame. */
    private static void uploadFor(Wire client) {
        byte[] head = ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + LARGE + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] request = Arrays.copyOf(head, head.length + LARGE);
        Thread upload = new Thread(() -> {
            try {
                client.write(request);
            } catch (Exception e) {
                // The node does not take it all.
            }
        });
        upload.setDaemon(true);
        upload.start();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(Await.SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
