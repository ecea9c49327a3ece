package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that leaves must not go on costing the backend, and is not the backend's fault. */
class ClientGoneTest {

    private static final JsonObject ONE_CONNECTION =
            new JsonObject().put("pool", new JsonObject().put("maxConnections", 1).put("queueTimeout", "1m"));

    /** Where a client may end its side and wait on, only a reset tells that it has left. */
    private static GyreNode node(Origin origin, boolean rudely) {
        return GyreNode.before(new JsonObject().put("limits", new JsonObject().put("halfClose", rudely)),
                ONE_CONNECTION, origin.url());
    }

    /** Leaves /wait without an answer, sends /endless for ever, and answers what else comes. */
    private static Origin origin() {
        return Origin.of(exchange -> {
            switch (exchange.request().target()) {
                case "/wait" -> exchange.wire().readToEnd();
                case "/endless" -> {
                    exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    while (true) {
                        exchange.write("4\r\nmore\r\n");
                    }
                }
                default -> exchange.respond(200, "ok");
            }
        });
    }

    private static void leave(Wire client, boolean rudely) throws Exception {
        if (rudely) {
            client.reset();
        } else {
            client.close();
        }
    }

    private static void theBackendIsFree(GyreNode node, Origin origin) throws Exception {
        Await.until("nothing in flight", () -> node.backend().getLong("inFlight") == 0);
        Await.until("the backend's connection is closed", () -> origin.openNow() == 0);
        assertThat(node.backend().getLong("failures")).isZero();
        try (Wire next = Wire.to(node.port())) {
            assertThat(next.get("/").readAnswer().body()).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileWaitingForTheAnswer(boolean rudely) throws Exception {
        try (Origin origin = origin(); GyreNode node = node(origin, rudely)) {
            Wire client = Wire.to(node.port()).get("/wait");
            Await.until("the backend has the request", () -> origin.requests().size() == 1);
            leave(client, rudely);
            theBackendIsFree(node, origin);
        }
    }

    @ParameterizedTest
    @CsvSource({"false, Content-Length: 1000", "true, Content-Length: 1000",
        "false, Transfer-Encoding: chunked"})
    void inTheMiddleOfTheUpload(boolean rudely, String framing) throws Exception {
        try (Origin origin = origin(); GyreNode node = GyreNode.before(ONE_CONNECTION, origin)) {
            Wire client = Wire.to(node.port())
                    .write("POST / HTTP/1.1\r\nHost: a\r\n" + framing + "\r\n\r\n4\r\nsome\r\n");
            Await.until("the backend has the head", () -> origin.requests().size() == 1);
            leave(client, rudely);
            theBackendIsFree(node, origin);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void inTheMiddleOfTheDownload(boolean rudely) throws Exception {
        try (Origin origin = origin(); GyreNode node = GyreNode.before(ONE_CONNECTION, origin)) {
            Wire client = Wire.to(node.port()).get("/endless");
            assertThat(client.readHead().status()).isEqualTo(200);
            assertThat(client.read()).isEqualTo('4');
            leave(client, rudely);
            theBackendIsFree(node, origin);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whileWaitingForAConnection(boolean rudely) throws Exception {
        try (Origin origin = origin(); GyreNode node = node(origin, rudely);
             Wire first = Wire.to(node.port()).get("/wait")) {
            Await.until("the only connection is taken", () -> origin.requests().size() == 1);
            Wire client = Wire.to(node.port()).get("/");
            Await.until("the next request waits", () -> node.backend().getInteger("queued") == 1);
            leave(client, rudely);
            Await.until("nobody waits", () -> node.backend().getInteger("queued") == 0);
            assertThat(node.backend().getLong("inFlight")).isEqualTo(1);
            first.reset();
            theBackendIsFree(node, origin);
        }
    }
}
