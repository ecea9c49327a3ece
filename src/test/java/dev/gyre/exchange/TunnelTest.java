package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** After a 101 nothing may be lost, doubled or held back, and each end must reach the other side. */
class TunnelTest {

    private static final String SWITCHED =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n";
    private static final JsonObject RAW = new JsonObject().put("upgrade", new JsonArray().add("raw").add("b"))
            .put("retry", new JsonObject().put("attempts", 3));

    private static String asking(String method, String protocol) {
        return method + " /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: " + protocol + "\r\n\r\n";
    }

    private static void echo(Wire wire) throws IOException {
        for (int next = wire.read(); next != -1; next = wire.read()) {
            wire.write(new byte[] {(byte) next});
        }
        wire.close();
    }

    private static Origin echoing() {
        return Origin.of(exchange -> {
            exchange.readBody();
            exchange.write(SWITCHED + "first");
            echo(exchange.wire());
        });
    }

    private static String read(Wire wire, int bytes) throws IOException {
        byte[] read = wire.in().readNBytes(bytes);
        if (read.length < bytes) {
            throw new EOFException("the connection ended after " + read.length + " of " + bytes + " bytes");
        }
        return new String(read, StandardCharsets.ISO_8859_1);
    }

    private static boolean isReset(Wire wire) throws IOException {
        try {
            return wire.read() == -2;
        } catch (SocketException e) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "OPTIONS", "PATCH"})
    void bytesPassBothWaysFromTheFirstOn(String method) throws Exception {
        try (Origin origin = echoing(); GyreNode node = GyreNode.before(RAW, origin);
             Wire client = Wire.to(node.port())) {
            HttpMessage head = client.write(asking(method, "other, RAW")).readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.all("Connection")).containsExactly("upgrade");
            assertThat(head.all("Upgrade")).containsExactly("raw");
            assertThat(head.has("Content-Length") || head.has("Transfer-Encoding")).isFalse();
            assertThat(read(client, 5)).isEqualTo("first");
            assertThat(read(client.write("GET / HTTP/1.1\r\n"), 16)).isEqualTo("GET / HTTP/1.1\r\n");
            HttpMessage asked = origin.requests().get(0);
            assertThat(asked.all("Upgrade")).as("only what the service lets through").containsExactly("RAW");
            assertThat(asked.all("Connection")).containsExactly("upgrade");
            assertThat(node.backend().getInteger("inFlight")).isEqualTo(1);
            client.socket().shutdownOutput();
            assertThat(client.ends()).isTrue();
            Await.until("the end of the tunnel", () -> node.backend().getInteger("inFlight") == 0);
            assertThat(origin.accepted()).isEqualTo(1);
        }
    }

    @Test
    void aBodyComesWholeBeforeTheSwitch() throws Exception {
        try (Origin origin = echoing(); GyreNode node = GyreNode.before(RAW, origin);
             Wire client = Wire.to(node.port())) {
            client.write("POST /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: raw\r\n"
                    + "Content-Length: 4\r\n\r\nbo").write("dy");
            assertThat(client.readHead().status()).isEqualTo(101);
            assertThat(read(client.write("x"), 6)).isEqualTo("firstx");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade: raw\r\n", "Connection: Upgrade\r\nUpgrade: other\r\n",
            "Connection: Upgrade\r\n", "Connection: close\r\nUpgrade: raw\r\n"})
    void whatTheServiceDoesNotLetThroughIsServedLikeAny(String fields) throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(RAW, origin);
             Wire client = Wire.to(node.port())) {
            assertThat(client.write("GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n").readAnswer().body())
                    .isEqualTo("ok");
            assertThat(origin.requests().get(0).has("Upgrade")).isFalse();
            assertThat(origin.requests().get(0).has("Connection")).isFalse();
        }
    }

    @Test
    void anOldClientCannotAsk() throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(RAW, origin);
             Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n");
            assertThat(client.readAnswer().body()).isEqualTo("ok");
            assertThat(origin.requests().get(0).has("Upgrade")).isFalse();
        }
    }

    @Test
    void anotherAnswerPassesLikeAnyAndTheConnectionGoesOn() throws Exception {
        try (Origin origin = Origin.of(exchange -> exchange.answer(426, "no"));
             GyreNode node = GyreNode.before(RAW, origin); Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 3; i++) {
                Wire.Answer answer = client.write(asking("GET", "raw")).readAnswer();
                assertThat(answer.status()).isEqualTo(426);
                assertThat(answer.body()).isEqualTo("no");
            }
            client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAnswer().status()).isEqualTo(426);
            assertThat(client.readAnswer().status()).as("what follows another answer").isEqualTo(426);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Upgrade: c", "Upgrade: raw, c", "X: y", "Upgrade: "})
    void aSwitchToWhatWasNotAskedForIsNoAnswer(String field) throws Exception {
        try (Origin origin = Origin.of(exchange -> exchange.write(
                "HTTP/1.1 101 Odd\r\nConnection: Upgrade\r\n" + field + "\r\n\r\nmore"));
             GyreNode node = GyreNode.before(RAW, origin); Wire client = Wire.to(node.port())) {
            assertThat(client.write(asking("GET", "raw, b")).readAnswer().status()).isEqualTo(502);
            assertThat(client.get("/").readAnswer().status()).as("asked for nothing").isEqualTo(502);
            assertThat(origin.requests()).as("never sent twice").hasSizeLessThanOrEqualTo(1 + 3);
        }
    }

    @Test
    void aSwitchBeforeTheWholeRequestIsNoAnswer() throws Exception {
        try (Origin origin = Origin.of(exchange -> exchange.write(SWITCHED));
             GyreNode node = GyreNode.before(RAW, origin); Wire client = Wire.to(node.port())) {
            client.write("POST /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: raw\r\n"
                    + "Content-Length: 4\r\n\r\nb");
            assertThat(client.readAnswer().status()).isEqualTo(502);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\u0081\u0000\u0000", "\r\n\r\nhello"})
    void aClientThatSendsBeforeTheSwitchIsRefused(String early) throws Exception {
        CountDownLatch refused = new CountDownLatch(1);
        try (Origin origin = Origin.of(exchange -> {
            try {
                refused.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.write(SWITCHED);
        }); GyreNode node = GyreNode.before(RAW, origin)) {
            try (Wire client = Wire.to(node.port())) {
                Wire.Answer answer = client.write(asking("GET", "raw") + early).readAnswer();
                assertThat(answer.status()).isEqualTo(400);
                assertThat(client.ends()).isTrue();
            }
            try (Wire client = Wire.to(node.port())) {
                client.write(asking("GET", "raw"));
                Await.until("the request at the backend", () -> !origin.requests().isEmpty());
                assertThat(client.write(early).readAnswer().status()).isEqualTo(400);
                assertThat(client.ends()).isTrue();
            }
            refused.countDown();
            assertThat(node.samples("gyre_requests_refused_total").toString()).contains("sent-ahead");
        }
    }

    @Test
    void oneSideMayEndWhileTheOtherGoesOn() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write(SWITCHED);
            byte[] all = exchange.wire().readToEnd();
            exchange.write("got " + all.length);
            exchange.close();
        }); GyreNode node = GyreNode.before(RAW, origin); Wire client = Wire.to(node.port())) {
            client.write(asking("GET", "raw")).readHead();
            client.write(new byte[300_000]);
            client.socket().shutdownOutput();
            assertThat(new String(client.readToEnd(), StandardCharsets.ISO_8859_1)).isEqualTo("got 300000");
        }
        try (Origin origin = Origin.of(exchange -> {
            exchange.write(SWITCHED + "all");
            exchange.wire().socket().shutdownOutput();
            assertThat(exchange.wire().readToEnd()).hasSize(300_000);
            exchange.close();
        }); GyreNode node = GyreNode.before(RAW, origin); Wire client = Wire.to(node.port())) {
            client.write(asking("GET", "raw")).readHead();
            assertThat(new String(client.readToEnd(), StandardCharsets.ISO_8859_1)).isEqualTo("all");
            client.write(new byte[300_000]);
            assertThat(node.backend().getInteger("inFlight")).isEqualTo(1);
            client.socket().shutdownOutput();
            Await.until("the end of the tunnel", () -> node.backend().getInteger("inFlight") == 0);
        }
    }

    @Test
    void aSideThatBreaksOffBreaksTheOther() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write(SWITCHED);
            exchange.wire().read();
            exchange.reset();
        }); GyreNode node = GyreNode.before(RAW, origin); Wire client = Wire.to(node.port())) {
            client.write(asking("GET", "raw")).readHead();
            client.write("x");
            assertThat(isReset(client)).isTrue();
            Await.until("the end of the tunnel", () -> node.backend().getInteger("inFlight") == 0);
        }
        CountDownLatch broken = new CountDownLatch(1);
        try (Origin origin = Origin.of(exchange -> {
            exchange.write(SWITCHED);
            if (isReset(exchange.wire())) {
                broken.countDown();
            }
        }); GyreNode node = GyreNode.before(RAW, origin); Wire client = Wire.to(node.port())) {
            client.write(asking("GET", "raw")).readHead();
            client.reset();
            broken.await();
            Await.until("the end of the tunnel", () -> node.backend().getInteger("inFlight") == 0);
        }
    }
}
