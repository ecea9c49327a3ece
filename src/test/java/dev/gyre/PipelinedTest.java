package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Requests sent ahead of their answers, where a connection is about to end. */
class PipelinedTest {

    private static final String GET = "GET /%s HTTP/1.1\r\nHost: a\r\n\r\n";

    @Test
    void aPipelinedRequestInFlightIsAnsweredWhenTheNodeStops() throws Exception {
        CountDownLatch stopping = new CountDownLatch(1);
        try (Origin origin = Origin.of(exchange -> {
            if (exchange.request().target().equals("/slow")) {
                awaitQuietly(stopping);
                sleepQuietly();
            }
            exchange.respond(200, exchange.request().target());
        }); GyreNode node = GyreNode.before(new JsonObject().put("grace", "20s"), new JsonObject(),
                origin.url()); Wire client = Wire.to(node.port())) {
            client.write(GET.formatted("fast") + GET.formatted("slow"));
            assertThat(client.readAnswer().body()).isEqualTo("/fast");
            Thread stop = new Thread(node::stop);
            stop.start();
            stopping.countDown();
            assertThat(client.readAnswer().body()).isEqualTo("/slow");
            stop.join();
        }
    }

    @Test
    void nothingThatFollowsARejectedRequestReachesABackend() throws Exception {
        try (Origin origin = Origin.saying("x"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"
                    + "POST /after HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
            assertThat(client.readAnswer().status()).isEqualTo(400);
            assertThat(client.readToEnd()).isEmpty();
            try (Wire other = Wire.to(node.port())) {
                other.write(GET.formatted("marker"));
                other.readAnswer();
            }
            assertThat(origin.requests()).extracting(HttpMessage::target).containsExactly("/marker");
        }
    }

    @Test
    void nothingThatFollowsAnAnnouncedCloseReachesABackend() throws Exception {
        try (Origin origin = Origin.of(e -> e.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "1\r\nx\r\n0\r\n\r\n"));
             GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            String keep = " HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n";
            client.write("GET /first" + keep + "\r\nPOST /after" + keep + "Content-Length: 0\r\n\r\n");
            assertThat(new String(client.readToEnd())).containsIgnoringCase("connection: close")
                    .endsWith("x");
            try (Wire other = Wire.to(node.port())) {
                other.write(GET.formatted("marker"));
                other.readAnswer();
            }
            assertThat(origin.requests()).extracting(HttpMessage::target)
                    .containsExactly("/first", "/marker");
        }
    }

    @Test
    void aClientThatStillHoldsBackItsBodyIsToldThatTheConnectionEnds() throws Exception {
        Origin gone = Origin.saying("x");
        try (GyreNode node = GyreNode.before(gone); Wire client = Wire.to(node.port())) {
            gone.close();
            client.write("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
            Wire.Answer answer = client.readAnswer();
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.head().first("Connection")).contains("close");
        }
    }

    /** Longer than an idle connection is borne by a node that stops. */
    private static void sleepQuietly() {
        try {
            Await.pass(Duration.ofSeconds(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
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
