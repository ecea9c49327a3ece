package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An interim answer must reach the client as such, and never be taken for the final one. */
class InterimAnswersTest {

    private static final String EXPECTING =
            "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
    private static final String HINTS =
            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nConnection: X-P\r\nX-P: 1\r\n\r\n";

    @Test
    void theBodyWaitsForTheBackendsContinue() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 100 Continue\r\n\r\n");
            exchange.echo();
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 3; i++) {
                assertThat(client.write(EXPECTING).readHead().startLine()).isEqualTo("HTTP/1.1 100 Continue");
                assertThat(client.write("body").readAnswer().body()).isEqualTo("body");
            }
            assertThat(origin.requests()).allSatisfy(request ->
                    assertThat(request.all("Expect")).containsExactly("100-continue"));
            assertThat(origin.accepted()).isEqualTo(1);
        }
    }

    @Test
    void aBodyThatDoesNotWaitArrivesToo() throws Exception {
        try (Origin origin = Origin.of(Origin.Exchange::echo); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            assertThat(client.write(EXPECTING + "body").readAnswer().body()).isEqualTo("body");
            assertThat(client.get("/").readAnswer().status()).isEqualTo(200);
        }
    }

    @Test
    void aFinalAnswerWithoutContinueEndsTheConnection() throws Exception {
        try (Origin origin = Origin.of(exchange -> exchange.answer(401, "who?"));
             GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port());
             Wire next = Wire.to(node.port())) {
            Wire.Answer answer = client.write(EXPECTING).readAnswer();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.body()).isEqualTo("who?");
            assertThat(answer.head().all("Connection")).containsExactly("close");
            client.socket().setSoTimeout(4_500);
            assertThat(client.ends()).as("at once, for the body will not come").isTrue();
            assertThat(next.get("/").readAnswer().status()).isEqualTo(401);
            assertThat(origin.accepted()).as("the backend may still wait for the body").isEqualTo(2);
        }
    }

    @Test
    void anotherExpectationIsRefused() throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            Wire.Answer answer = client.write("GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n")
                    .readAnswer();
            assertThat(answer.status()).isEqualTo(417);
            assertThat(answer.head().first("Content-Type")).contains("application/problem+json");
            assertThat(client.ends()).isTrue();
            assertThat(origin.requests()).isEmpty();
        }
    }

    @Test
    void earlyHintsComeBeforeTheAnswer() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            // In one piece, so that the answer is read together with what comes before it.
            exchange.write(HINTS + HINTS + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            client.get("/");
            for (int i = 0; i < 2; i++) {
                HttpMessage hints = client.readHead();
                assertThat(hints.startLine()).isEqualTo("HTTP/1.1 103 Early Hints");
                assertThat(hints.all("Link")).containsExactly("</a.css>; rel=preload");
                assertThat(hints.has("X-P") || hints.has("Connection")).isFalse();
            }
            Wire.Answer answer = client.readAnswer();
            assertThat(answer.body()).isEqualTo("ok");
            assertThat(answer.head().has("Link")).isFalse();
        }
    }

    @Test
    void earlyHintsDoNotWaitForTheAnswer() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write(HINTS);
            // Only a client that has the hints already sends this body.
            exchange.respond(200, "ok");
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(103);
            assertThat(client.write("body").readAnswer().body()).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {102, 104, 199})
    void anInterimAnswerThatCannotBeRelayedIsNoFinalOne(int status) throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 " + status + " Odd\r\nX-Odd: 1\r\n\r\n");
            exchange.respond(200, exchange.request().target());
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            for (int i = 1; i <= 3; i++) {
                Wire.Answer answer = client.get("/" + i).readAnswer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("/" + i);
                assertThat(answer.head().has("X-Odd")).isFalse();
            }
            assertThat(origin.accepted()).isEqualTo(1);
        }
    }

    @Test
    void switchingToAProtocolThatNobodyAskedForIsNoAnswer() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
            exchange.respond(200, exchange.request().target());
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            for (int i = 1; i <= 3; i++) {
                Wire.Answer answer = client.get("/" + i).readAnswer();
                assertThat(answer.status()).isEqualTo(502);
                assertThat(answer.head().first("Proxy-Status").orElse(""))
                        .contains("error=http_protocol_error");
                assertThat(origin.accepted()).as("connections, none of them reused").isEqualTo(i);
            }
        }
    }

    @Test
    void anOldClientGetsNoInterimAnswers() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write(HINTS + "HTTP/1.1 100 Continue\r\n\r\n");
            exchange.respond(200, "ok");
        }); GyreNode node = GyreNode.before(origin)) {
            for (String expect : List.of("", "Expect: 100-continue\r\n")) {
                try (Wire client = Wire.to(node.port())) {
                    client.write("POST / HTTP/1.0\r\nContent-Length: 4\r\n" + expect + "\r\nbody");
                    assertThat(client.readAnswer().body()).isEqualTo("ok");
                }
            }
            assertThat(origin.requests()).noneMatch(request -> request.has("Expect"));
        }
    }
}
