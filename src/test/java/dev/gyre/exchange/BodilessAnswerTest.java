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
 * An answer that has no body by its nature must not be given one, nor a length that the backend did not
 * state.
 */
class BodilessAnswerTest {

    private static final String HEAD = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";

    /** The head that a client gets for this one; the connection is then good for another answer. */
    private static HttpMessage passed(String request, String answer) throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            if (exchange.request().target().equals("/after")) {
                exchange.answer(200, "after");
            } else {
                exchange.write(answer);
            }
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            HttpMessage head = client.write(request).readHead();
            assertThat(client.get("/after").readAnswer().body()).as("what follows").isEqualTo("after");
            assertThat(origin.accepted()).isEqualTo(1);
            return head;
        }
    }

    @Test
    void headKeepsTheContentLength() throws Exception {
        HttpMessage head = passed(HEAD, "HTTP/1.1 200 OK\r\nContent-Length: 123\r\n\r\n");
        assertThat(head.all("Content-Length")).containsExactly("123");
    }

    @Test
    void headWithoutLengthGetsNone() throws Exception {
        HttpMessage head = passed(HEAD, "HTTP/1.1 200 OK\r\nX-A: 1\r\n\r\n");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.has("Content-Length")).isFalse();
    }

    @Test
    void headOfAChunkedAnswerHasNoBody() throws Exception {
        HttpMessage head = passed(HEAD, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.has("Content-Length")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Content-Length: 0\r\n"})
    void noContentHasNoContentLength(String framing) throws Exception {
        HttpMessage head = passed("GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "HTTP/1.1 204 No Content\r\n" + framing + "\r\n");
        assertThat(head.startLine()).isEqualTo("HTTP/1.1 204 No Content");
        assertThat(head.has("Content-Length") || head.has("Transfer-Encoding")).isFalse();
    }

    @Test
    void notModifiedKeepsTheContentLength() throws Exception {
        HttpMessage head = passed("GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\nContent-Length: 123\r\nETag: \"x\"\r\n\r\n");
        assertThat(head.all("Content-Length")).containsExactly("123");
        assertThat(head.all("ETag")).containsExactly("\"x\"");
    }

    @Test
    void notModifiedWithoutLengthGetsNone() throws Exception {
        HttpMessage head = passed("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 304 Not Modified\r\n\r\n");
        assertThat(head.startLine()).isEqualTo("HTTP/1.1 304 Not Modified");
        assertThat(head.has("Content-Length") || head.has("Transfer-Encoding")).isFalse();
    }

    @Test
    void anEmptyAnswerKeepsItsContentLength() throws Exception {
        HttpMessage head = passed("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
        assertThat(head.all("Content-Length")).containsExactly("0");
    }

    @Test
    void ownAnswersToHeadHaveNoBodyEither() throws Exception {
        try (GyreNode node = GyreNode.before(); Wire client = Wire.to(node.port())) {
            HttpMessage head = client.write(HEAD + HEAD).readHead();
            assertThat(head.status()).isEqualTo(503);
            assertThat(client.readHead().startLine()).isEqualTo(head.startLine());
        }
    }
}
