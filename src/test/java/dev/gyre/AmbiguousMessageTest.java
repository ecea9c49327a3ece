package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the next reader of a message would read in another way does not pass. */
class AmbiguousMessageTest {

    @ParameterizedTest
    @ValueSource(strings = {"GET / HTTP/1.1\r\n: 1\r\n", "GET /a#b HTTP/1.1\r\n", "GET /\u0001 HTTP/1.1\r\n",
            "GET /\u00ff HTTP/1.1\r\n"})
    void anAmbiguousRequestReachesNoBackend(String head) throws Exception {
        try (Origin origin = Origin.saying("x"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            client.write(head + "Host: a\r\n\r\n");
            assertThat(client.readAnswer().status()).isEqualTo(400);
            assertThat(origin.requests()).isEmpty();
        }
    }

    @Test
    void anAnswerInACodingThatTheClientIsNotToldOfIsNone() throws Exception {
        try (Origin origin = Origin.of(exchange -> exchange.write("HTTP/1.1 200 OK\r\n"
                + "Transfer-Encoding: gzip, chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"));
             GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAnswer().status()).isEqualTo(502);
        }
    }
}
