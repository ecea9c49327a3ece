package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.ProblemAnswer;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Who is slow on purpose must not hold a connection for longer than the limits say. */
class SlowClientTest {

    private static final JsonObject SHORT = limits(new JsonObject().put("head", "2s").put("idle", "30s")
            .put("minRate", "10KB").put("minRateBurst", "1s"));
    private static final Duration STEP = Duration.ofMillis(100);

    private static JsonObject limits(JsonObject limits) {
        return new JsonObject().put("limits", limits);
    }

    private static long exceeded(GyreNode node, String limit) throws IOException {
        return new Admin(node.adminPort()).metric("gyre_limit_exceeded_total{limit=\"" + limit + "\"}");
    }

    /**
     * Writes a byte every 100 ms until the peer has something to say or has gone.
     *
     * @param begun a moment before the client's time began
     * @return for how long, in milliseconds
     */
    private static long trickle(Wire wire, String text, long begun) throws Exception {
        int next = 0;
        while (wire.socket().getInputStream().available() == 0) {
            assertThat(System.nanoTime() - begun).as("for ever").isLessThan(Await.PATIENCE.toNanos());
            try {
                wire.write(text.substring(next % text.length(), next % text.length() + 1));
            } catch (IOException e) {
                break;
            }
            next++;
            Await.pass(STEP);
        }
        return Duration.ofNanos(System.nanoTime() - begun).toMillis();
    }

    @Test
    void aHeadByteByByteEndsWith408WhenItsTimeIsUp() throws Exception {
        long begun = System.nanoTime();
        try (Origin origin = Origin.saying("x"); GyreNode node = GyreNode.before(SHORT, new JsonObject(),
                origin.url()); Wire wire = Wire.to(node.port())) {
            wire.write("GET / HTTP/1.1\r\nHost: a\r\nX: ");
            assertThat(trickle(wire, "a", begun)).isGreaterThanOrEqualTo(1800);
            Wire.Answer answer = wire.readAnswer();
            ProblemAnswer.check(answer, 408, "http_request_error", "client-timeout");
            assertThat(answer.head().all("Connection")).containsExactly("close");
            assertThat(wire.ends()).isTrue();
            assertThat(origin.requests()).isEmpty();
            assertThat(exceeded(node, "head")).isEqualTo(1);
        }
    }

    @Test
    void theSecondHeadOnAConnectionHasNoMoreTime() throws Exception {
        try (Origin origin = Origin.saying("x"); GyreNode node = GyreNode.before(SHORT, new JsonObject(),
                origin.url()); Wire wire = Wire.to(node.port())) {
            assertThat(wire.get("/").readAnswer().status()).isEqualTo(200);
            wire.write("GET / HT");
            assertThat(wire.readAnswer().status()).isEqualTo(408);
            assertThat(wire.ends()).isTrue();
        }
    }

    @Test
    void aConnectionThatSaysNothingIsClosedWithoutAWord() throws Exception {
        try (Origin origin = Origin.saying("x"); GyreNode node = GyreNode.before(SHORT, new JsonObject(),
                origin.url()); Wire silent = Wire.to(node.port()); Wire used = Wire.to(node.port())) {
            assertThat(used.get("/").readAnswer().status()).isEqualTo(200);
            assertThat(silent.ends()).isTrue();
            // One that has been used may rest between its requests.
            assertThat(used.get("/").readAnswer().status()).isEqualTo(200);
            assertThat(exceeded(node, "head")).isEqualTo(1);
        }
    }

    @Test
    void aBodyByteByByteEndsWith408() throws Exception {
        long begun = System.nanoTime();
        try (Origin origin = Origin.saying("x"); GyreNode node = GyreNode.before(SHORT, new JsonObject(),
                origin.url()); Wire wire = Wire.to(node.port())) {
            wire.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
            assertThat(trickle(wire, "a", begun)).isGreaterThanOrEqualTo(800);
            assertThat(wire.readAnswer().status()).isEqualTo(408);
            Await.until("the backend's connection is closed", () -> origin.openNow() == 0);
            assertThat(exceeded(node, "upload-rate")).isEqualTo(1);
            assertThat(node.backend().getInteger("failures")).isZero();
        }
    }

    @Test
    void aBackendThatTakesNothingIsNotTheClientsFault() throws Exception {
        CountDownLatch slow = new CountDownLatch(1);
        String body = "x".repeat(24_000_000);
        JsonObject brief = limits(new JsonObject().put("minRate", "10KB").put("minRateBurst", "400ms"));
        try (Origin origin = Origin.of(exchange -> {
            waitFor(slow);
            exchange.readBody();
            exchange.answer(200, "whole");
        }); GyreNode node = GyreNode.before(brief, new JsonObject(), origin.url());
             Wire wire = Wire.to(node.port())) {
            Thread sender = new Thread(() -> {
                try {
                    wire.post("/", body);
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            sender.start();
            // Longer than the time that a client can have in hand, six times the grace.
            Await.pass(Duration.ofSeconds(3));
            slow.countDown();
            assertThat(wire.readAnswer().body()).isEqualTo("whole");
            sender.join();
            assertThat(exceeded(node, "upload-rate")).isZero();
        }
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anAnswerThatIsNotTakenEndsInAReset() throws Exception {
        String large = "x".repeat(48_000_000);
        try (Origin origin = Origin.saying(large); GyreNode node = GyreNode.before(SHORT, new JsonObject(),
                origin.url()); Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), node.port()));
            Wire wire = new Wire(socket);
            HttpMessage head = wire.get("/").readHead();
            assertThat(head.status()).isEqualTo(200);
            Await.until("the backend's connection is closed", () -> {
                // A little is taken all the time, so that it is no silence that ends it.
                return wire.read() == -1 || origin.openNow() == 0;
            });
            assertThat(exceeded(node, "download-rate")).isEqualTo(1);
            assertThat(node.backend().getInteger("failures")).isZero();
        }
    }

    @Test
    void aBackendThatTricklesIsNotTheClientsFault() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n");
            for (int i = 0; i < 25; i++) {
                exchange.write("x");
                passStep();
            }
        }); GyreNode node = GyreNode.before(SHORT, new JsonObject(), origin.url());
             Wire wire = Wire.to(node.port())) {
            assertThat(wire.get("/").readAnswer().body()).hasSize(25);
            assertThat(exceeded(node, "download-rate")).isZero();
        }
    }

    private static void passStep() {
        try {
            Await.pass(STEP);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
