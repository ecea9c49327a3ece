package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client must not be able to say who it is, unless it is listed as one that may. */
class ForwardedHeadersTest {

    private static final JsonObject TRUSTING = forwarding("127.0.0.0/8");
    private static final JsonObject DISTRUSTING = forwarding("10.0.0.0/8");
    private static final String CLAIMS = """
            X-Forwarded-For: 192.0.2.1, 192.0.2.2\r
            x-forwarded-for: 192.0.2.3\r
            X-Forwarded-Proto: https\r
            X-Forwarded-Host: public.example\r
            X-Forwarded-Port: 443\r
            Forwarded: for=192.0.2.1;proto=https\r
            Via: 1.0 fred\r
            """;

    private static JsonObject forwarding(String trusted) {
        return new JsonObject().put("forwarding",
                new JsonObject().put("trusted", new JsonArray().add(trusted)).put("forwarded", true));
    }

    /** What the backend sees of a request with these lines after its Host. */
    private static HttpMessage seen(JsonObject node, JsonObject service, String head) throws Exception {
        try (Origin origin = Origin.saying("ok");
             GyreNode gyre = GyreNode.before(node, service, origin.url());
             Wire client = Wire.to(gyre.port())) {
            assertThat(client.write(head + "\r\n").readAnswer().status()).isEqualTo(200);
            return origin.requests().get(0);
        }
    }

    private static HttpMessage seen(JsonObject node, String head) throws Exception {
        return seen(node, new JsonObject(), head);
    }

    @Test
    void theBackendLearnsWhoAskedForWhat() throws Exception {
        HttpMessage request = seen(new JsonObject(), "GET / HTTP/1.1\r\nHost: example.com:81\r\n");
        assertThat(request.all("X-Forwarded-For")).containsExactly("127.0.0.1");
        assertThat(request.all("X-Forwarded-Proto")).containsExactly("http");
        assertThat(request.all("X-Forwarded-Host")).containsExactly("example.com:81");
        assertThat(request.all("Via")).singleElement().asString().matches("1\\.1 gyre-[0-9a-f]{16}");
        assertThat(request.all("Host")).containsExactly("example.com:81");
        assertThat(request.has("Forwarded")).as("only on demand").isFalse();
    }

    @Test
    void aStrangersClaimsAreDropped() throws Exception {
        HttpMessage request = seen(DISTRUSTING, "GET / HTTP/1.1\r\nHost: example.com\r\n" + CLAIMS);
        assertThat(request.all("X-Forwarded-For")).containsExactly("127.0.0.1");
        assertThat(request.all("X-Forwarded-Proto")).containsExactly("http");
        assertThat(request.all("X-Forwarded-Host")).containsExactly("example.com");
        assertThat(request.has("X-Forwarded-Port")).isFalse();
        assertThat(request.all("Forwarded")).containsExactly("for=127.0.0.1;proto=http;host=\"example.com\"");
    }

    @Test
    void aTrustedPeersClaimsAreContinued() throws Exception {
        HttpMessage request = seen(TRUSTING, "GET / HTTP/1.1\r\nHost: example.com\r\n" + CLAIMS);
        assertThat(request.all("X-Forwarded-For"))
                .containsExactly("192.0.2.1, 192.0.2.2, 192.0.2.3, 127.0.0.1");
        assertThat(request.all("X-Forwarded-Proto")).containsExactly("https");
        assertThat(request.all("X-Forwarded-Host")).containsExactly("public.example");
        assertThat(request.all("X-Forwarded-Port")).containsExactly("443");
        assertThat(String.join(", ", request.all("Forwarded"))).isEqualTo(
                "for=192.0.2.1;proto=https, for=127.0.0.1;proto=http;host=\"example.com\"");
    }

    @Test
    void aTrustedPeersListsAreContinuedWhereverTheyStand() throws Exception {
        HttpMessage request = seen(TRUSTING, "GET / HTTP/1.1\r\nHost: example.com\r\nX-Forwarded-For:,\r\n"
                + "X-Forwarded-For: 192.0.2.1,,192.0.2.2 ,\r\nX-Forwarded-Proto: ,\r\n"
                + "X-Forwarded-Host: a.example,\r\nX-Forwarded-Host: b.example\r\n");
        assertThat(request.all("X-Forwarded-For")).containsExactly("192.0.2.1, 192.0.2.2, 127.0.0.1");
        assertThat(request.all("X-Forwarded-Proto")).containsExactly("http");
        assertThat(request.all("X-Forwarded-Host")).containsExactly("a.example, b.example");
    }

    @Test
    void aTrustedPeerWithoutClaimsIsTakenForTheClient() throws Exception {
        HttpMessage request = seen(TRUSTING, "GET / HTTP/1.1\r\nHost: example.com\r\n");
        assertThat(request.all("X-Forwarded-For")).containsExactly("127.0.0.1");
        assertThat(request.all("X-Forwarded-Proto")).containsExactly("http");
        assertThat(request.all("X-Forwarded-Host")).containsExactly("example.com");
    }

    @Test
    void aForwardedHostIsQuoted() throws Exception {
        HttpMessage request = seen(TRUSTING, "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n");
        assertThat(request.all("Forwarded")).containsExactly("for=127.0.0.1;proto=http;host=\"[::1]:8080\"");
    }

    @Test
    void theBackendsOwnHostIsSentOnDemand() throws Exception {
        try (Origin origin = Origin.saying("ok");
             GyreNode node = GyreNode.before(new JsonObject().put("host", "backend"), origin);
             Wire client = Wire.to(node.port())) {
            client.get("/").readAnswer();
            HttpMessage request = origin.requests().get(0);
            assertThat(request.all("Host")).containsExactly("127.0.0.1:" + origin.port());
            assertThat(request.all("X-Forwarded-Host")).containsExactly("example.com");
        }
    }

    @Test
    void aFixedHostIsSentOnDemand() throws Exception {
        HttpMessage request = seen(new JsonObject(), new JsonObject().put("host", "inner.example:8000"),
                "GET / HTTP/1.1\r\nHost: example.com\r\n");
        assertThat(request.all("Host")).containsExactly("inner.example:8000");
        assertThat(request.all("X-Forwarded-Host")).containsExactly("example.com");
    }

    @Test
    void anHttp10RequestWithoutHostGetsTheBackends() throws Exception {
        HttpMessage request = seen(TRUSTING, "GET / HTTP/1.0\r\n");
        assertThat(request.startLine()).isEqualTo("GET / HTTP/1.1");
        assertThat(request.all("Host")).singleElement().asString().startsWith("127.0.0.1:");
        assertThat(request.has("X-Forwarded-Host")).isFalse();
        assertThat(request.all("Forwarded")).containsExactly("for=127.0.0.1;proto=http");
    }

    /** RFC 9112, section 3.2.2: of two names for whom a request is for, an absolute target is the one. */
    @ParameterizedTest
    @CsvSource({"http://b/x, b", "http://b:80/x, b:80", "HTTP://B:8080/x, B:8080", "http://[::1]/x, [::1]",
        "https://b/x, b"})
    void anAbsoluteTargetWinsOverHost(String target, String host) throws Exception {
        HttpMessage request = seen(DISTRUSTING, "GET " + target + " HTTP/1.1\r\nHost: other.example\r\n");
        assertThat(request.startLine()).isEqualTo("GET /x HTTP/1.1");
        assertThat(request.all("Host")).containsExactly(host);
        assertThat(request.all("X-Forwarded-Host")).containsExactly(host);
    }
}
