package dev.gyre.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.ProblemAnswer;
import dev.gyre.kit.WholeRequests;
import dev.gyre.kit.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Client, Gyre and backend must agree on where each request begins and ends: a backend sees exactly what the
 * client meant, or nothing.
 */
class RequestFormsTest {

    private static final String FIRST = "GET /first HTTP/1.1\r\nHost: a\r\n\r\n";
    private static final String NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";

    private static WholeRequests backend;
    private static GyreNode node;

    @BeforeAll
    static void start() {
        backend = new WholeRequests();
        node = GyreNode.before(backend.origin());
    }

    @AfterAll
    static void stop() {
        node.close();
        backend.close();
        assertThat(backend.malformed()).isEmpty();
    }

    static Stream<RequestForm> forms() {
        return RequestForm.all();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void aBackendSeesWhatWasMeantOrNothing(RequestForm form) throws Exception {
        backend.forget();
        try (Wire client = Wire.to(node.port())) {
            client.write(FIRST + form.raw() + NEXT);
            assertThat(client.readAnswer().status()).isEqualTo(200);
            check(form, client);
        }
    }

    private static void check(RequestForm form, Wire client) throws IOException {
        List<String> seen = new ArrayList<>(List.of("GET /first HTTP/1.1|"));
        Wire.Answer answer = client.readAnswer();
        assertThat(answer.status()).as("%s", answer).isEqualTo(form.status());
        if (form.seen().isEmpty()) {
            ProblemAnswer.check(answer, form.status(), "http_request_(error|denied)", "[a-z-]+");
            assertThat(client.ends()).as("nothing follows").isTrue();
        } else {
            seen.add(form.seen());
            assertThat(client.readAnswer().status()).as("the next request").isEqualTo(200);
            seen.add("GET /next HTTP/1.1|");
        }
        assertThat(backend.seenFrom("127.0.0.1")).isEqualTo(seen);
    }

    @ParameterizedTest
    @ValueSource(strings = {"G", "GET / HTTP/1.1", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: a\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhell",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-A: b\r\n"})
    void whatIsNotFinishedIsNoRequest(String part) throws Exception {
        backend.forget();
        try (Wire client = Wire.to(node.port())) {
            client.write(FIRST + part);
            assertThat(client.readAnswer().status()).isEqualTo(200);
            client.socket().shutdownOutput();
            assertThat(new String(client.readToEnd())).doesNotContain("200");
        }
        assertThat(backend.seenFrom("127.0.0.1")).containsExactly("GET /first HTTP/1.1|");
    }

    @Test
    void whatTheServerCanDoIsAnsweredWithoutAsking() throws Exception {
        backend.forget();
        for (String target : List.of("*", "http://a")) {
            try (Wire client = Wire.to(node.port())) {
                client.write("OPTIONS " + target + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"
                    + NEXT);
                assertThat(client.readHead().status()).isEqualTo(204);
                assertThat(client.readAnswer().status()).isEqualTo(200);
            }
        }
        assertThat(backend.seenFrom("127.0.0.1")).containsExactly("GET /next HTTP/1.1|",
            "GET /next HTTP/1.1|");
    }
}
