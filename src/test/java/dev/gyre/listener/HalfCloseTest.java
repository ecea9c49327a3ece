package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client that ends its side behind a whole request still waits for the answer (RFC 9112, section 9.6). */
class HalfCloseTest {

    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String LONG = "x".repeat(3_000_000);

    private final CompletableFuture<String> answers = new CompletableFuture<>();
    private final Origin origin = Origin.of(exchange -> {
        exchange.readBody();
        switch (exchange.request().target()) {
            case "/slow" -> {
                exchange.answer(200, answers.join());
            }
            case "/long" -> exchange.answer(200, LONG);
            default -> exchange.answer(200, "ok");
        }
    });
    private final GyreNode node = GyreNode.before(origin);

    @AfterEach
    void stop() {
        answers.complete("late");
        node.close();
        origin.close();
    }

    private static Wire ended(GyreNode node, String raw) throws IOException {
        Wire client = Wire.to(node.port()).write(raw);
        client.socket().shutdownOutput();
        return client;
    }

    @ParameterizedTest
    @ValueSource(strings = {GET, "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
        GET + "GET / HT", GET + "\r\n"})
    void aWholeRequestIsAnsweredAndTheConnectionClosed(String raw) throws Exception {
        try (Wire client = ended(node, raw)) {
            assertThat(client.readAnswer().body()).isEqualTo("ok");
            assertThat(client.ends()).isTrue();
        }
    }

    @Test
    void anAnswerThatTakesItsTimeIsWaitedFor() throws Exception {
        try (Wire client = ended(node, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")) {
            Await.until("the backend has it", () -> origin.requests().size() == 1);
            try (Wire other = Wire.to(node.port())) {
                assertThat(other.get("/").readAnswer().body()).isEqualTo("ok");
            }
            answers.complete("late");
            Wire.Answer answer = client.readAnswer();
            assertThat(answer.body()).isEqualTo("late");
            assertThat(client.ends()).isTrue();
        }
        assertThat(node.backend().getLong("failures")).isZero();
    }

    @Test
    void aLongAnswerComesWhole() throws Exception {
        try (Wire client = ended(node, "GET /long HTTP/1.1\r\nHost: a\r\n\r\n")) {
            assertThat(client.readAnswer().body()).isEqualTo(LONG);
            assertThat(client.ends()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 50})
    void allThatWerePipelinedAreAnswered(int requests) throws Exception {
        try (Wire client = ended(node, GET.repeat(requests))) {
            for (int i = 0; i < requests; i++) {
                assertThat(client.readAnswer().body()).as("answer %d", i).isEqualTo("ok");
            }
            assertThat(client.ends()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET", "GET / HTTP/1.1\r\nHost: a\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nhi",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n"})
    void halfARequestEndsTheConnection(String raw) throws Exception {
        try (Wire client = ended(node, raw)) {
            assertThat(new String(client.readToEnd())).doesNotContain("200");
        }
        Await.until("nothing in flight", () -> node.backend().getLong("inFlight") == 0);
        assertThat(node.backend().getLong("failures")).isZero();
    }

    @Test
    void aClientThatResetsAfterwardsIsGone() throws Exception {
        Wire client = ended(node, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        Await.until("the backend has it", () -> origin.requests().size() == 1);
        client.reset();
        Await.until("nothing in flight", () -> node.backend().getLong("inFlight") == 0);
        assertThat(node.backend().getLong("failures")).isZero();
    }

    @Test
    void onDemandAClientThatEndsItsSideIsGone() throws Exception {
        JsonObject strict = new JsonObject().put("limits", new JsonObject().put("halfClose", false));
        try (GyreNode other = GyreNode.before(strict, new JsonObject(), origin.url());
             Wire client = ended(other, "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")) {
            assertThat(client.readToEnd()).isEmpty();
            Await.until("nothing in flight", () -> other.backend().getLong("inFlight") == 0);
        }
    }
}
