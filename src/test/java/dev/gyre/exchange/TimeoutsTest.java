package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.ProblemAnswer;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Nobody may wait longer than the service allows, and each limit has an answer of its own. */
class TimeoutsTest {

    private static final long LIMIT_MILLIS = 200;
    /** Where something else is to happen in time. */
    private static final long LONG_LIMIT_MILLIS = 2_000;
    /** Of what a test is not about: a node on a busy machine reaches none of them. */
    private static final String LONG = "10m";

    private static JsonObject timeouts(String... limits) {
        return timeouts(LIMIT_MILLIS, limits);
    }

    private static JsonObject timeouts(long millis, String... limits) {
        JsonObject timeouts = new JsonObject().put("connect", LONG).put("firstByte", LONG).put("idle", LONG);
        for (String limit : limits) {
            timeouts.put(limit, millis + "ms");
        }
        return new JsonObject().put("timeouts", timeouts);
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void takesTheLimit(Step step) throws Exception {
        takes(LIMIT_MILLIS, step);
    }

    private static void takes(long limitMillis, Step step) throws Exception {
        long begun = System.nanoTime();
        step.run();
        assertThat((System.nanoTime() - begun) / 1_000_000).as("milliseconds")
                .isBetween(limitMillis - 5, (long) Await.MILLIS);
    }

    /** Never answers; its connections end when the proxy ends them. */
    private static Origin silent() {
        return Origin.of(exchange -> exchange.wire().readToEnd());
    }

    /** @param asked sends the request; part of what is timed, as the limit may begin with its first byte */
    private static void answered(Callable<Wire> asked, int status, String proxyError, String word)
            throws Exception {
        takesTheLimit(() -> ProblemAnswer.check(asked.call().readAnswer(), status, proxyError, word));
    }

    @Test
    void connect() throws Exception {
        List<Socket> fill = new ArrayList<>();
        // Linux drops what asks for a connection while the queue of those not yet accepted is full.
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            boolean accepting = true;
            while (accepting) {
                Socket socket = new Socket();
                fill.add(socket);
                try {
                    socket.connect(new InetSocketAddress(full.getInetAddress(), full.getLocalPort()), 300);
                } catch (SocketTimeoutException e) {
                    accepting = false;
                }
            }
            try (GyreNode node = GyreNode.before(new JsonObject(), timeouts("connect"),
                    "http://127.0.0.1:" + full.getLocalPort()); Wire client = Wire.to(node.port())) {
                answered(() -> client.get("/"), 504, "connection_timeout", "connect-timeout");
                answered(() -> client.post("/", "body"), 504, "connection_timeout", "connect-timeout");
                assertThat(node.backend().getLong("inFlight")).isZero();
                assertThat(node.backend().getLong("failures")).isEqualTo(2);
            }
        } finally {
            for (Socket socket : fill) {
                socket.close();
            }
        }
    }

    @Test
    void firstByte() throws Exception {
        try (Origin origin = silent(); GyreNode node = GyreNode.before(timeouts("firstByte"), origin);
             Wire client = Wire.to(node.port())) {
            answered(() -> client.get("/"), 504, "http_response_timeout", "first-byte-timeout");
            answered(() -> client.post("/", "body"), 504, "http_response_timeout", "first-byte-timeout");
            Await.until("the backend's connections are closed", () -> origin.openNow() == 0);
            assertThat(node.backend().getLong("failures")).isEqualTo(2);
        }
    }

    @Test
    void idleBeforeTheBodyOfARequestThatExpectsContinue() throws Exception {
        // No backend has to send a 100, and who gets none is to send the body all the same.
        try (Origin origin = silent(); GyreNode node = GyreNode.before(timeouts("firstByte", "idle"), origin);
             Wire client = Wire.to(node.port())) {
            answered(() -> client.write("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                    + "Content-Length: 4\r\n\r\n"), 408, "http_request_error", "client-timeout");
            assertThat(node.backend().getLong("failures")).isZero();
        }
    }

    @Test
    void idleInTheMiddleOfTheAnswer() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
            exchange.wire().readToEnd();
        }); GyreNode node = GyreNode.before(timeouts("idle"), origin); Wire client = Wire.to(node.port())) {
            takesTheLimit(() -> {
                assertThat(client.get("/").readHead().status()).isEqualTo(200);
                assertThat(client.readToEnd()).asString().isEqualTo("half");
            });
            assertThat(node.backend().getLong("failures")).isEqualTo(1);
            Await.until("the backend's connection is closed", () -> origin.openNow() == 0);
        }
    }

    @Test
    void anAnswerThatKeepsMovingIsNotIdle() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
            for (int i = 0; i < 10; i++) {
                pause(LONG_LIMIT_MILLIS / 8);
                exchange.write("x");
            }
        }); GyreNode node = GyreNode.before(timeouts(LONG_LIMIT_MILLIS, "idle"), origin);
             Wire client = Wire.to(node.port())) {
            long begun = System.nanoTime();
            assertThat(client.get("/").readAnswer().body()).hasSize(10);
            assertThat((System.nanoTime() - begun) / 1_000_000).isGreaterThan(LONG_LIMIT_MILLIS);
        }
    }

    @Test
    void wholeRequestBeforeTheAnswer() throws Exception {
        try (Origin origin = silent(); GyreNode node = GyreNode.before(timeouts("request"), origin);
             Wire client = Wire.to(node.port())) {
            answered(() -> client.get("/"), 504, "http_response_timeout", "request-timeout");
        }
    }

    @Test
    void wholeRequestInTheMiddleOfAnAnswerThatKeepsMoving() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            while (true) {
                pause(5);
                exchange.write("1\r\nx\r\n");
            }
        }); GyreNode node = GyreNode.before(timeouts(LONG_LIMIT_MILLIS, "request"), origin);
             Wire client = Wire.to(node.port())) {
            takes(LONG_LIMIT_MILLIS, () -> {
                assertThat(client.get("/").readHead().status()).isEqualTo(200);
                assertThat(client.readToEnd()).asString().doesNotEndWith("0\r\n\r\n");
            });
        }
    }

    @Test
    void wholeRequestWhileWaitingForAConnection() throws Exception {
        JsonObject service = timeouts("request").put("pool", new JsonObject().put("maxConnections", 1)
                .put("queueTimeout", "1m"));
        try (Origin origin = silent(); GyreNode node = GyreNode.before(service, origin);
             Wire first = Wire.to(node.port()); Wire second = Wire.to(node.port())) {
            first.get("/");
            answered(() -> second.get("/"), 504, "http_response_timeout", "request-timeout");
        }
    }

    @Test
    void theQueue() throws Exception {
        JsonObject pool = new JsonObject().put("maxConnections", 1).put("queueTimeout", LIMIT_MILLIS + "ms");
        try (Origin origin = silent();
             GyreNode node = GyreNode.before(new JsonObject().put("pool", pool), origin);
             Wire first = Wire.to(node.port()).get("/"); Wire second = Wire.to(node.port())) {
            Await.until("the only connection is taken", () -> origin.requests().size() == 1);
            answered(() -> second.get("/"), 503, "connection_limit_reached", "queue-timeout");
            assertThat(node.backend().getLong("refused")).isEqualTo(1);
            assertThat(node.backend().getLong("failures")).as("the backend has done nothing").isZero();
        }
    }

    @Test
    void aFullQueueIsNotWaitedFor() throws Exception {
        JsonObject pool = new JsonObject().put("maxConnections", 1).put("maxQueue", 0);
        try (Origin origin = silent();
             GyreNode node = GyreNode.before(new JsonObject().put("pool", pool), origin);
             Wire first = Wire.to(node.port()).get("/"); Wire second = Wire.to(node.port())) {
            Await.until("the only connection is taken", () -> origin.requests().size() == 1);
            ProblemAnswer.check(second.get("/").readAnswer(), 503, "connection_limit_reached", "queue-full");
            assertThat(node.backend().getLong("failures")).isZero();
        }
    }

    @Test
    void theClientsBody() throws Exception {
        try (Origin origin = silent(); GyreNode node = GyreNode.before(timeouts("idle"), origin);
             Wire client = Wire.to(node.port())) {
            takesTheLimit(() -> {
                client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf");
                Wire.Answer answer = client.readAnswer();
                ProblemAnswer.check(answer, 408, "http_request_error", "client-timeout");
                assertThat(answer.head().all("Connection")).containsExactly("close");
            });
            assertThat(client.ends()).isTrue();
            assertThat(node.backend().getLong("failures")).as("the backend has done nothing").isZero();
        }
    }

    @Test
    void aBackendThatDoesNotTakeTheBody() throws Exception {
        JsonObject service = timeouts(LONG_LIMIT_MILLIS, "idle")
                .put("pool", new JsonObject().put("maxConnections", 1));
        CountDownLatch end = new CountDownLatch(1);
        try (Origin origin = Origin.of(exchange -> {
            if (exchange.request().method().equals("POST")) {
                await(end);
            }
            exchange.respond(200, "ok");
        }); GyreNode node = GyreNode.before(service, origin); Wire client = Wire.to(node.port());
             Wire next = Wire.to(node.port())) {
            Thread sender = new Thread(() -> {
                try {
                    client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n"
                            + "x".repeat(65_536));
                    while (true) {
                        client.write(new byte[65_536]);
                    }
                } catch (IOException e) {
                    // The node has closed the connection.
                }
            });
            takes(LONG_LIMIT_MILLIS, () -> {
                sender.start();
                ProblemAnswer.check(client.readAnswer(), 504, "connection_write_timeout", "write-timeout");
            });
            assertThat(node.backend().getLong("failures")).isEqualTo(1);
            assertThat(next.get("/").readAnswer().status()).as("the connection's slot is free")
                    .isEqualTo(200);
            client.close();
            sender.join();
        } finally {
            end.countDown();
        }
    }

    @Test
    void aClientThatDoesNotTakeTheAnswer() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + "x".repeat(65_536));
            while (true) {
                exchange.wire().write(new byte[65_536]);
            }
        }); GyreNode node = GyreNode.before(timeouts(LONG_LIMIT_MILLIS, "idle"), origin);
             Wire client = Wire.to(node.port())) {
            takes(LONG_LIMIT_MILLIS, () -> {
                client.get("/");
                Await.until("the backend has the request", () -> !origin.requests().isEmpty());
                Await.until("the backend is free", () -> origin.openNow() == 0);
            });
            assertThat(node.backend().getLong("inFlight")).isZero();
            assertThat(node.backend().getLong("failures")).as("the backend has done nothing").isZero();
            assertThatThrownBy(client::readToEnd).as("the end of its connection")
                    .isInstanceOf(SocketException.class);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(Await.SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(millis * 1_000_000);
    }
}
