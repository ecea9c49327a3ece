package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Gate;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A body that is held back until a 100 (Continue) may come or not. Where two could think differently of that,
 * its bytes are one request to one of them and a body to the other (RFC 9110, section 10.1.1). A tilde stands
 * for the end of a line.
 */
class ExpectationTest {

    private static final int TIMES = 4;
    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK", "HTTP/1.1 401 Who", "HTTP/1.1 417 No", "HTTP/1.1 503 Later",
        "HTTP/1.0 200 OK~Connection: keep-alive", "HTTP/1.1 103 Hints~~HTTP/1.1 403 No"})
    void afterAFinalAnswerWithoutContinueTheConnectionIsNotUsedAgain(String answer) throws Exception {
        for (String body : List.of("Content-Length: 4~~body", "Transfer-Encoding: chunked~~0~~",
                "Transfer-Encoding: chunked~~4~body~0~~")) {
            try (Origin origin = Origin.of(exchange -> {
                exchange.readBody();
                exchange.write(lines(answer + "~Content-Length: 3~~no!"));
            }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
                for (int i = 0; i < TIMES; i++) {
                    client.write(lines("POST /x HTTP/1.1~Host: a~Expect: 100-continue~" + body));
                    assertThat(finalAnswer(client).body()).isEqualTo("no!");
                }
                assertThat(origin.accepted()).as("%s, then %s", body, answer).isEqualTo(TIMES);
            }
        }
    }

    @Test
    void aBodyThatABackendTakesForARequestGetsNoOtherClientItsAnswer() throws Exception {
        Gate answered = new Gate();
        try (Origin origin = Origin.of(exchange -> {
            if (exchange.request().target().equals("/smuggled")) {
                answered.pass();
            }
            exchange.answer(200, exchange.request().target());
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            client.write(lines("POST /x HTTP/1.1~Host: a~Expect: 100-continue~Content-Length: "
                    + SMUGGLED.length() + "~~") + SMUGGLED);
            assertThat(client.readAnswer().body()).isEqualTo("/x");
            // So many that each event loop has some of them.
            List<Wire> others = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                others.add(Wire.to(node.port()).get("/next"));
            }
            Await.until("all requests of the others are at the backend", () -> origin.requests().stream()
                    .filter(head -> head.target().equals("/next")).count() == others.size());
            answered.open();
            for (Wire other : others) {
                assertThat(other.readAnswer().body()).isEqualTo("/next");
                other.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 9~~part", "Content-Length: 9~~",
        "Transfer-Encoding: chunked~~5~hello~"})
    void norIsItWhereTheBodyIsStillToCome(String begun) throws Exception {
        try (Origin origin = Origin.of(exchange -> exchange.answer(401, "no!"));
             GyreNode node = GyreNode.before(origin)) {
            for (int i = 1; i <= TIMES; i++) {
                try (Wire client = Wire.to(node.port())) {
                    client.write(lines("POST /x HTTP/1.1~Host: a~Expect: 100-continue~" + begun));
                    assertThat(client.readAnswer().body()).isEqualTo("no!");
                    assertThat(origin.accepted()).isEqualTo(i);
                }
            }
        }
    }

    @Test
    void aConnectionWhoseBackendSaidContinueIsUsedAgain() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 100 Continue\r\n\r\n");
            exchange.echo();
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            for (int i = 0; i < TIMES; i++) {
                client.write(lines("POST / HTTP/1.1~Host: a~Expect: 100-continue~Content-Length: 4~~body"));
                assertThat(finalAnswer(client).body()).isEqualTo("body");
            }
            assertThat(origin.accepted()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1~", "POST / HTTP/1.1~Content-Length: 0~"})
    void whereNoBodyFollowsThereIsNothingToWaitFor(String request) throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            for (int i = 0; i < TIMES; i++) {
                client.write(lines(request + "Host: a~Expect: 100-continue~~"));
                Wire.Answer answer = client.readAnswer();
                assertThat(answer.body()).isEqualTo("ok");
                assertThat(answer.head().has("Connection")).isFalse();
            }
            assertThat(origin.accepted()).isEqualTo(1);
            assertThat(origin.requests()).noneMatch(head -> head.has("Expect"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"100-continue~Expect: tea", "tea~Expect: 100-continue", "100-continue, tea",
        "100-continue;q=1", "\"100-continue\"", "100-continue tea", "~Expect: tea",
        "100-continue,\"100-continue",
        "100-continue~Expect: 100-continue~expect: 100-continued"})
    void anythingElseThatIsExpectedIsRefused(String expected) throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            client.write(lines("POST / HTTP/1.1~Host: a~Content-Length: 4~Expect: " + expected + "~~body"));
            assertThat(client.readAnswer().status()).isEqualTo(417);
            assertThat(client.ends()).isTrue();
            assertThat(origin.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"100-continue,", ",100-continue", "100-Continue , ,100-continue",
        "100-continue~Expect: 100-continue", "~Expect: 100-continue"})
    void emptyElementsAndRepeatsChangeNothing(String expected) throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 100 Continue\r\n\r\n");
            exchange.echo();
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            client.write(lines("POST / HTTP/1.1~Host: a~Content-Length: 4~Expect: " + expected + "~~"));
            assertThat(client.readHead().status()).isEqualTo(100);
            assertThat(client.write("body").readAnswer().body()).isEqualTo("body");
            assertThat(origin.requests().get(0).all("Expect")).containsExactly("100-continue");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",", " , ,~Expect:"})
    void whoExpectsNothingWaitsForNothing(String expected) throws Exception {
        try (Origin origin = Origin.of(Origin.Exchange::echo); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 2; i++) {
                client.write(lines("POST / HTTP/1.1~Host: a~Content-Length: 4~Expect:" + expected
                        + "~~body"));
                assertThat(client.readAnswer().body()).isEqualTo("body");
            }
            assertThat(origin.accepted()).isEqualTo(1);
            assertThat(origin.requests()).noneMatch(head -> head.has("Expect"));
        }
    }

    @Test
    void anExpectationOfThisHopIsAnsweredHere() throws Exception {
        try (Origin origin = Origin.of(Origin.Exchange::echo); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            for (int i = 0; i < TIMES; i++) {
                client.write(lines("POST / HTTP/1.1~Host: a~Content-Length: 4~Expect: 100-continue~"
                        + "Connection: X-A, expect~~"));
                assertThat(client.readHead().status()).isEqualTo(100);
                assertThat(client.write("body").readAnswer().body()).isEqualTo("body");
            }
            assertThat(origin.accepted()).isEqualTo(1);
            assertThat(origin.requests()).noneMatch(head -> head.has("Expect"));
        }
    }

    @Test
    void anExpectationOfThisHopThatCameToNothingEndsTheConnection() throws Exception {
        try (Origin origin = Origin.saying("ok")) {
            try (GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
                origin.close();
                client.write(lines("POST / HTTP/1.1~Host: a~Content-Length: 4~Expect: 100-continue~"
                        + "Connection: expect~~"));
                Wire.Answer answer = client.readAnswer();
                assertThat(answer.status()).isEqualTo(502);
                assertThat(answer.head().all("Connection")).containsExactly("close");
                assertThat(client.ends()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Connection: expect~"})
    void thisNodesOwnAnswerToExpectIsTheLast(String nominated) throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin)) {
            for (String body : new String[] {"", SMUGGLED}) {
                try (Wire client = Wire.to(node.port())) {
                    client.write(lines("OPTIONS * HTTP/1.1~Host: a~Expect: 100-continue~Content-Length: "
                            + SMUGGLED.length() + "~" + nominated + "~") + body);
                    Wire.Answer answer = client.readAnswer();
                    assertThat(answer.status()).isEqualTo(204);
                    assertThat(answer.head().all("Connection"))
                            .as("who got no 100 may send the next request in place of the body")
                            .containsExactly("close");
                    assertThat(client.ends()).isTrue();
                }
            }
            assertThat(origin.requests()).isEmpty();
        }
    }

    @Test
    void thisNodeReadsABodyThatWaitsForNothing() throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            client.write(lines("OPTIONS * HTTP/1.1~Host: a~Content-Length: " + SMUGGLED.length() + "~~")
                    + SMUGGLED);
            assertThat(client.readAnswer().status()).isEqualTo(204);
            assertThat(client.get("/next").readAnswer().body()).isEqualTo("ok");
            assertThat(origin.requests()).hasSize(1)
                    .allSatisfy(head -> assertThat(head.target()).isEqualTo("/next"));
        }
    }

    private static String lines(String text) {
        return text.replace("~", "\r\n");
    }

    private static Wire.Answer finalAnswer(Wire client) throws Exception {
        Wire.Answer answer = client.readAnswer();
        while (answer.status() < 200) {
            answer = client.readAnswer();
        }
        return answer;
    }
}
