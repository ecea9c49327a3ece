package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a backend sends beyond its answer must never become somebody else's answer. */
class StrayBytesTest {

    @Test
    void bytesAfterAnAnswerNeverReachTheRequestThatWaitsForTheConnection() throws Exception {
        CountDownLatch waiting = new CountDownLatch(1);
        JsonObject service = new JsonObject().put("pool",
                new JsonObject().put("maxConnections", 1).put("queueTimeout", "5s"));
        try (Origin origin = Origin.of(exchange -> {
            if (exchange.request().target().equals("/first")) {
                awaitQuietly(waiting);
                exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"
                        + "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstray");
            } else {
                exchange.respond(200, "second");
            }
        }); GyreNode node = GyreNode.before(service, origin);
             Wire one = Wire.to(node.port()); Wire two = Wire.to(node.port())) {
            one.write("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
            while (origin.requests().isEmpty()) {
                Thread.onSpinWait();
            }
            // Two loops share connections by turns: one of these waits on the loop of the first request.
            two.write("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
            try (Wire three = Wire.to(node.port())) {
                three.write("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
                while (node.backend().getInteger("queued") < 2) {
                    Thread.onSpinWait();
                }
                waiting.countDown();
                assertThat(one.readAnswer().body()).isEqualTo("first");
                assertThat(two.readAnswer().body()).isEqualTo("second");
                assertThat(three.readAnswer().body()).isEqualTo("second");
            }
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(Await.SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
