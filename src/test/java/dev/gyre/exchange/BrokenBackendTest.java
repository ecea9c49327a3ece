package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.GyreNode;
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
import java.net.SocketException;
import java.net.SocketTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A broken answer must never look complete, and what was not begun gets an answer that says what happened.
 */
class BrokenBackendTest {

    /** Sends this and ends the connection; answers /after properly. */
    private static Origin sendingThenEnding(String raw, boolean rudely) {
        return Origin.of(exchange -> {
            if (exchange.request().target().equals("/after")) {
                exchange.respond(200, "after");
                return;
            }
            exchange.write(raw);
            if (rudely) {
                exchange.reset();
            } else {
                exchange.close();
            }
        });
    }

    private static void othersAreFine(GyreNode node, int failures) throws Exception {
        try (Wire client = Wire.to(node.port())) {
            assertThat(client.get("/after").readAnswer().body()).isEqualTo("after");
        }
        Await.until("nothing in flight", () -> node.backend().getLong("inFlight") == 0);
        assertThat(node.backend().getLong("failures")).isEqualTo(failures);
    }

    @Test
    void refusedConnections() throws Exception {
        // A port that nobody else gets, and on which nobody listens.
        try (Socket deaf = new Socket()) {
            deaf.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try (GyreNode node = GyreNode.before(new JsonObject(), GyreNode.oneTry(),
                    "http://127.0.0.1:" + deaf.getLocalPort());
                 Wire client = Wire.to(node.port())) {
                ProblemAnswer.check(client.get("/").readAnswer(), 502, "connection_refused",
                        "connect-refused");
                ProblemAnswer.check(client.post("/", "body").readAnswer(), 502, "connection_refused",
                        "connect-refused");
                assertThat(node.backend().getLong("failures")).isEqualTo(2);
                assertThat(node.backend().getLong("inFlight")).isZero();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noAnswerAtAll(boolean rudely) throws Exception {
        try (Origin origin = sendingThenEnding("", rudely);
             GyreNode node = GyreNode.before(GyreNode.oneTry(), origin);
             Wire client = Wire.to(node.port())) {
            ProblemAnswer.check(client.get("/").readAnswer(), 502, "connection_terminated", "no-answer");
            ProblemAnswer.check(client.post("/", "body").readAnswer(), 502, "connection_terminated",
                    "no-answer");
            assertThat(origin.requests()).as("fresh connections give no reason for a replay").hasSize(2);
            othersAreFine(node, 2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"H", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"})
    void endInTheMiddleOfTheHead(String part) throws Exception {
        try (Origin origin = sendingThenEnding(part, false); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            ProblemAnswer.check(client.get("/").readAnswer(), 502, "http_response_incomplete",
                    "response-incomplete");
            othersAreFine(node, 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"SSH-2.0-OpenSSH_9", "HTTP/1.1 abc OK", "HTTP/3.7 200 OK",
        "HTTP/1.1 200 OK|Content-Length: x",
        "HTTP/1.1 200 OK|Content-Length: -1", "HTTP/1.1 200 OK|Content-Length: 1|Content-Length: 2",
        "HTTP/1.1 200 OK|Content-Length: 99999999999999999999"})
    void garbageInsteadOfAnAnswer(String lines) throws Exception {
        try (Origin origin = sendingThenEnding(lines.replace("|", "\r\n") + "\r\n\r\n", false);
             GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            ProblemAnswer.check(client.get("/").readAnswer(), 502, "http_protocol_error", "response-invalid");
            othersAreFine(node, 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"Content-Length: 10, abc, false", "Content-Length: 10, abc, true",
        "Content-Length: 10, '', false",
        "Transfer-Encoding: chunked, 'a|abc', false", "Transfer-Encoding: chunked, 'a|abc', true",
        "Transfer-Encoding: chunked, '3|abc|', false", "Transfer-Encoding: chunked, '3|abc|0|', false",
        "Transfer-Encoding: chunked, '', false", "Transfer-Encoding: chunked, '3|abc|oops|', false",
        "Transfer-Encoding: chunked, '3|abcde', false", "X-Until: the end, abc, true"})
    void aTruncatedAnswerNeverLooksComplete(String framing, String part, boolean rudely) throws Exception {
        String raw = "HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n" + part.replace("|", "\r\n");
        try (Origin origin = sendingThenEnding(raw, rudely);
             GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port()); Wire old = Wire.to(node.port())) {
            broken(client.get("/"));
            brokenForAnOldOne(old.write("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
            othersAreFine(node, 2);
        }
    }

    private static void broken(Wire client) {
        assertThatThrownBy(() -> {
            Wire.Answer answer = client.readAnswer();
            if (answer.status() == 502) {
                // As long as nothing of the backend's answer is out, this is the better end.
                ProblemAnswer.check(answer, 502, "http_(response_incomplete|protocol_error)",
                        "response-(incomplete|invalid)");
                throw new IOException("said so");
            }
        }).isInstanceOf(IOException.class).isNotInstanceOf(SocketTimeoutException.class);
    }

    /**
     * Where the end of the connection is the end of the answer, only a reset tells the one from the other.
     */
    private static void brokenForAnOldOne(Wire client) {
        assertThatThrownBy(() -> {
            HttpMessage head = client.readHead();
            if (head.status() == 502) {
                throw new IOException("said so");
            } else if (head.has("Content-Length")) {
                client.readBody(head);
            } else {
                client.readToEnd();
                throw new AssertionError("looked complete");
            }
        }).isInstanceOf(IOException.class).isNotInstanceOf(SocketTimeoutException.class);
    }

    @Test
    void anAnswerEndedByCloseBreaksOffWithAResetForAnOldClient() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
            exchange.wire().read();
            exchange.close();
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.0\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(200);
            assertThat(client.read()).isEqualTo('a');
            origin.close();
            assertThatThrownBy(client::readToEnd).isInstanceOf(SocketException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "\r\n"})
    void whatComesAfterAnAnswerHarmsNobody(String more) throws Exception {
        try (Origin origin = Origin.of(exchange -> exchange.write(
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood" + more));
             GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 20; i++) {
                Wire.Answer answer = client.get("/" + i).readAnswer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("good");
            }
            assertThat(origin.requests()).extracting(request -> request.target()).contains("/0", "/19");
        }
    }
}
