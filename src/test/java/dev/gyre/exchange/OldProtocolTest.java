package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * HTTP/1.0 on either side: where the end of the connection is the end of the answer, and chunks are unknown.
 */
class OldProtocolTest {

    private static final String LONG = "x".repeat(300_000);

    private static Origin closing(String statusLine) {
        return Origin.of(exchange -> {
            exchange.write(statusLine + "\r\nX-A: 1\r\n\r\n" + LONG);
            exchange.close();
        });
    }

    private static Origin chunking() {
        return Origin.of(exchange -> exchange.write(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-S"
                + "\r\n\r\n" + Integer.toHexString(LONG.length()) + "\r\n" + LONG
                + "\r\n0\r\nX-S: 1\r\n\r\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.0 200 OK", "HTTP/1.1 200 OK"})
    void anAnswerEndedByCloseIsChunkedForANewClient(String statusLine) throws Exception {
        try (Origin origin = closing(statusLine); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 3; i++) {
                HttpMessage head = client.get("/").readHead();
                assertThat(head.startLine()).isEqualTo("HTTP/1.1 200 OK");
                assertThat(head.all("Transfer-Encoding")).containsExactly("chunked");
                assertThat(new String(client.readBody(head))).isEqualTo(LONG);
            }
            assertThat(node.backend().getLong("failures")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Connection: keep-alive\r\n"})
    void anAnswerOfUnknownLengthEndsAnOldClientsConnection(String connection) throws Exception {
        for (Origin origin : new Origin[] {closing("HTTP/1.0 200 OK"), chunking()}) {
            try (origin; GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
                HttpMessage head = client.write("GET / HTTP/1.0\r\n" + connection + "\r\n").readHead();
                assertThat(head.startLine()).isEqualTo("HTTP/1.1 200 OK");
                assertThat(head.all("Connection")).containsExactly("close");
                assertThat(head.has("Transfer-Encoding") || head.has("Content-Length")).isFalse();
                assertThat(head.has("Trailer")).isFalse();
                assertThat(new String(client.readToEnd())).isEqualTo(LONG);
            }
        }
    }

    @Test
    void anOldClientThatAsksForItKeepsItsConnection() throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 3; i++) {
                Wire.Answer answer = client.write("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                        .readAnswer();
                assertThat(answer.body()).isEqualTo("ok");
                assertThat(answer.head().first("Connection")).hasValueSatisfying(
                        value -> assertThat(value).isEqualToIgnoringCase("keep-alive"));
            }
            assertThat(origin.accepted()).isEqualTo(1);
        }
    }

    @Test
    void anOldClientThatDoesNotAskIsClosed() throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin)) {
            for (int i = 0; i < 3; i++) {
                try (Wire client = Wire.to(node.port())) {
                    assertThat(client.write("GET / HTTP/1.0\r\n\r\n").readAnswer().body()).isEqualTo("ok");
                    assertThat(client.ends()).isTrue();
                }
            }
        }
    }

    @Test
    void anOldBackendIsAskedInTheNewProtocolAndNotReusedUnlessItSaysSo() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok");
            exchange.close();
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.post("/", "body").readAnswer().body()).isEqualTo("ok");
            }
            assertThat(origin.requests()).allMatch(request -> request.startLine().endsWith("HTTP/1.1"));
            assertThat(origin.accepted()).isEqualTo(3);
        }
    }

    @Test
    void anEmptyAnswerOfUnknownLengthIsEmpty() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.0 200 OK\r\n\r\n");
            exchange.close();
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port());
             Wire old = Wire.to(node.port())) {
            assertThat(client.get("/").readAnswer().body()).isEmpty();
            assertThat(old.write("GET / HTTP/1.0\r\n\r\n").readHead().status()).isEqualTo(200);
            assertThat(old.readToEnd()).isEmpty();
        }
    }

    /** The status line tells what this node speaks, whatever it was spoken to in (RFC 9112, section 2.3). */
    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "GET /%zz HTTP/1.0\r\n\r\n", "GET / HTTP/1.2\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
        "GET / HTTP/0.9\r\n\r\n",
        "GET /\r\n\r\n", "GET / http/1.0\r\n\r\n", "nonsense\r\n\r\n", "OPTIONS * HTTP/1.0\r\n\r\n",
        "TRACE / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nX\r\n\r\n"})
    void everyStatusLineIsOfTheNewProtocol(String request) throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            assertThat(client.write(request).readHead().startLine()).startsWith("HTTP/1.1 ");
        }
    }
}
