package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes after the body must not say what had to be known before it (RFC 9110, section 6.5.1). */
class TrailersTest {

    private static List<String> relayed(String head, String trailers) throws Exception {
        try (Origin origin = Origin.of(exchange -> exchange.write("HTTP/1.1 200 OK\r\n" + head
                + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n" + trailers + "\r\n"));
             GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            HttpMessage answer = client.get("/").readHead();
            assertThat(answer.status()).isEqualTo(200);
            List<String> came = new ArrayList<>();
            assertThat(new String(client.readChunks(came))).isEqualTo("ok");
            return came;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length", "content-LENGTH", "Transfer-Encoding", "Trailer", "Connection",
        "Keep-Alive", "TE", "Upgrade", "Proxy-Connection", "Host", "Via", "Date", "X-Forwarded-For",
        "Forwarded",
        "X-Real-IP", "Set-Cookie", "Cookie", "Authorization", "WWW-Authenticate", "Proxy-Authenticate",
        "Proxy-Authorization", "Authentication-Info", "Content-Type", "Content-Encoding", "Content-Range",
        "Cache-Control", "Expires", "Age", "Location", "Retry-After", "Vary", "Expect", "Max-Forwards",
        "Range",
        "If-Match", "Access-Control-Allow-Origin", "Strict-Transport-Security", "Pragma", "Warning"})
    void whatHadToBeKnownBeforeIsLeftOut(String name) throws Exception {
        assertThat(relayed("", "X-A: 1\r\n" + name + ": evil\r\nx-b: 2\r\n")).containsExactly("X-A: 1",
                "x-b: 2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Private", "ETag", "grpc-status"})
    void whatConnectionNamesIsLeftOut(String name) throws Exception {
        assertThat(relayed("Connection: keep-alive, " + name + "\r\n", name.toLowerCase()
                + ": 1\r\nX-A: 2\r\n"))
                .containsExactly("X-A: 2");
    }

    @Test
    void whatMayFollowABodyPasses() throws Exception {
        String[] fields = {"grpc-status: 0", "grpc-message: ok", "ETag: \"a\"", "Digest: x",
                "Server-Timing: a",
            "X-Sum: 1", "X-Sum: 2", "Repr-Digest: y"};
        assertThat(relayed("", String.join("\r\n", fields) + "\r\n")).containsExactly(fields);
    }
}
