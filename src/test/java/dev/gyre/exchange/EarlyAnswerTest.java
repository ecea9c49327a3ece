package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

/**
 * A backend may answer before it has the request's body. What is left of that body on the backend's
 * connection would become part of the next request there, and the next client would get an answer that is not
 * its own.
 */
class EarlyAnswerTest {

    private static final JsonObject ONE_CONNECTION =
            new JsonObject().put("pool", new JsonObject().put("maxConnections", 1));
    /** So that every request meets the connection that the one before it has left. */
    private static final JsonObject ONE_LOOP = new JsonObject().put("instances", 1);
    private static final int ROUNDS = 30;
    private static final int BODY = 100_000;

    /** Answers each head at once with its target, and only then reads the body that belongs to it. */
    private static Origin hasty() {
        return Origin.of(exchange -> {
            exchange.answer(200, exchange.request().target());
            exchange.readBody();
        });
    }

    private static Wire begin(Wire client, String target) throws Exception {
        return client.write("POST " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: " + BODY
                + "\r\n\r\nsome");
    }

    @Test
    void theNextClientGetsItsOwnAnswer() throws Exception {
        try (Origin origin = hasty();
             GyreNode node = GyreNode.before(ONE_LOOP, ONE_CONNECTION, origin.url())) {
            for (int i = 0; i < ROUNDS; i++) {
                try (Wire early = Wire.to(node.port()); Wire next = Wire.to(node.port())) {
                    assertThat(begin(early, "/early" + i).readAnswer().body()).isEqualTo("/early" + i);
                    assertThat(next.get("/next" + i).readAnswer().body()).isEqualTo("/next" + i);
                }
            }
            assertThat(origin.accepted()).as("connections, one spent on each early answer")
                    .isEqualTo(ROUNDS + 1);
            assertThat(node.backend().getLong("failures")).isZero();
        }
    }

    @Test
    void theClientsConnectionGoesOnWhenTheBodyIsThrough() throws Exception {
        try (Origin origin = hasty(); GyreNode node = GyreNode.before(ONE_CONNECTION, origin);
             Wire client = Wire.to(node.port())) {
            for (int i = 0; i < ROUNDS; i++) {
                assertThat(begin(client, "/" + i).readAnswer().body()).isEqualTo("/" + i);
                client.write("x".repeat(BODY - 4));
            }
            assertThat(client.get("/last").readAnswer().body()).isEqualTo("/last");
            assertThat(origin.accepted()).isEqualTo(ROUNDS + 1);
        }
    }

    @Test
    void aRequestSentAheadWaitsForTheBodyBeforeIt() throws Exception {
        try (Origin origin = hasty(); GyreNode node = GyreNode.before(ONE_CONNECTION, origin);
             Wire client = Wire.to(node.port())) {
            assertThat(begin(client, "/first").readAnswer().body()).isEqualTo("/first");
            client.write("x".repeat(BODY - 4) + "GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAnswer().body()).isEqualTo("/second");
        }
    }

    @Test
    void theBackendIsRidOfTheRequestAtOnce() throws Exception {
        try (Origin origin = hasty(); GyreNode node = GyreNode.before(ONE_CONNECTION, origin);
             Wire client = Wire.to(node.port())) {
            begin(client, "/").readAnswer();
            Await.until("the backend's connection is closed", () -> origin.openNow() == 0);
            assertThat(node.backend().getLong("inFlight")).isZero();
        }
    }

    @Test
    void anAnswerThatBeganEarlyAndEndedLateLeavesTheConnectionUsable() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha");
            exchange.readBody();
            exchange.write("lf");
        }); GyreNode node = GyreNode.before(ONE_CONNECTION, origin); Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 5; i++) {
                begin(client, "/").readHead();
                client.write("x".repeat(BODY - 4));
                assertThat(new String(new char[] {(char) client.read(), (char) client.read(),
                    (char) client.read(), (char) client.read()})).isEqualTo("half");
            }
            assertThat(client.get("/").readAnswer().body()).isEqualTo("half");
        }
    }

    @Test
    void aFullAnswerToAHalfSentRequestEndsAnOldClientsConnection() throws Exception {
        try (Origin origin = hasty(); GyreNode node = GyreNode.before(ONE_CONNECTION, origin);
             Wire client = Wire.to(node.port())) {
            client.write("POST /old HTTP/1.0\r\nContent-Length: " + BODY + "\r\n\r\nsome");
            assertThat(client.readAnswer().body()).isEqualTo("/old");
            client.write("x".repeat(BODY - 4));
            assertThat(client.ends()).isTrue();
        }
    }
}
