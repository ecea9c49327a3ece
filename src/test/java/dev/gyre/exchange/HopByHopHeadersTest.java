package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What speaks of one connection must not cross to the other; all else must cross untouched. */
class HopByHopHeadersTest {

    private static final String HOP_BY_HOP = """
            TE: trailers\r
            Trailer: X-Sum\r
            Upgrade: foo/2\r
            Keep-Alive: timeout=5\r
            Proxy-Connection: keep-alive\r
            X-Private: secret\r
            x-lower-private: secret\r
            X-Public: 1\r
            """;
    private static final List<String> GONE = List.of("TE", "Trailer", "Upgrade", "Keep-Alive",
            "Proxy-Connection",
            "X-Private", "X-Lower-Private");

    private static final List<String> END_TO_END = List.of("x-lower: a", "X-UPPER: B", "X-dUp: 1",
            "X-Between: Mon, 01 Jan 2026", "x-DuP: 2", "X-Dup: 1", "X-Empty:", "X-Inner: a  b\tc",
            "X-Quoted: \"a, \\\"b\\\"\"", "X-Latin: \u00e9\u00ff", "X-Long: " + "v".repeat(5000),
            "!#$%&'*+-.^_`|~09: token", "Cookie: a=1; b=2", "Cookie: c=3", "Cache-Control: no-cache,,",
            "Content-Type: text/plain;charset=\"utf-8\"", "Content-Encoding: x-odd",
            "Authorization: Basic eA==");

    @Test
    void aRequestLosesWhatSpeaksOfTheClientsConnection() throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            client.write("POST / HTTP/1.1\r\nHost: example.com\r\nContent-Length: 4\r\n"
                    + "Connection: keep-alive, X-Private ,, upgrade, TE\r\nConnection: X-LOWER-private\r\n"
                    + HOP_BY_HOP + "\r\nbody");
            assertThat(client.readAnswer().status()).isEqualTo(200);
            onlyWhatIsPublicArrived(origin.requests().get(0));
            assertThat(origin.requests().get(0).all("Connection")).isEmpty();
        }
    }

    @Test
    void anAnswerLosesWhatSpeaksOfTheBackendsConnection() throws Exception {
        try (Origin origin = Origin.of(exchange -> exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                + "Connection: keep-alive, X-Private\r\nConnection: X-LOWER-private\r\n" + HOP_BY_HOP
                + "Proxy-Authenticate: Basic\r\n\r\nok"));
             GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            Wire.Answer answer = client.get("/").readAnswer();
            assertThat(answer.body()).isEqualTo("ok");
            onlyWhatIsPublicArrived(answer.head());
            assertThat(answer.head().has("Connection")).isFalse();
            assertThat(answer.head().has("Proxy-Authenticate")).isFalse();
        }
    }

    private static void onlyWhatIsPublicArrived(HttpMessage head) {
        assertThat(GONE).allSatisfy(name -> assertThat(head.all(name)).as(name).isEmpty());
        assertThat(head.all("X-Public")).containsExactly("1");
    }

    @Test
    void aBackendsCloseStaysOnItsConnection() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
            exchange.close();
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 5; i++) {
                Wire.Answer answer = client.get("/").readAnswer();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.head().has("Connection")).isFalse();
            }
            assertThat(origin.accepted()).isEqualTo(5);
        }
    }

    @Test
    void aClientsCloseStaysOnItsConnection() throws Exception {
        try (Origin origin = Origin.saying("ok");
             GyreNode node = GyreNode.before(origin)) {
            for (int i = 0; i < 4; i++) {
                try (Wire client = Wire.to(node.port())) {
                    client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                    Wire.Answer answer = client.readAnswer();
                    assertThat(answer.head().first("Connection")).contains("close");
                    assertThat(client.ends()).isTrue();
                }
            }
            assertThat(origin.requests()).noneMatch(request -> request.has("Connection"));
            assertThat(origin.accepted()).as("one connection for each event loop").isLessThanOrEqualTo(2);
        }
    }

    @Test
    void hostAndFramingCannotBeNominatedAway() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            String body = new String(exchange.readBody());
            exchange.write("HTTP/1.1 200 OK\r\nConnection: Content-Length, Via\r\nContent-Length: "
                    + body.length()
                    + "\r\n\r\n" + body);
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            client.write("POST / HTTP/1.1\r\nHost: example.com\r\nConnection: Host, content-LENGTH, "
                    + "Transfer-Encoding, Via, X-Forwarded-For\r\nContent-Length: 4\r\n\r\nbody");
            Wire.Answer answer = client.readAnswer();
            assertThat(answer.body()).isEqualTo("body");
            assertThat(answer.head().all("Content-Length")).containsExactly("4");
            assertThat(answer.head().all("Via")).containsExactly("1.1 gyre-" + node.id());
            HttpMessage request = origin.requests().get(0);
            assertThat(request.all("Host")).containsExactly("example.com");
            assertThat(request.all("Content-Length")).containsExactly("4");
            assertThat(request.all("X-Forwarded-For")).containsExactly("127.0.0.1");
            client.get("/next").readAnswer();
            assertThat(origin.accepted()).isEqualTo(1);
        }
    }

    @Test
    void aRequestKeepsItsEndToEndFieldsInOrderAndCase() throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\n" + String.join("\r\n", END_TO_END) + "\r\n\r\n")
                    .readAnswer();
            assertThat(endToEnd(origin.requests().get(0))).isEqualTo(END_TO_END);
        }
    }

    @Test
    void anAnswerKeepsItsEndToEndFieldsInOrderAndCase() throws Exception {
        try (Origin origin = Origin.of(exchange -> exchange.write(
                "HTTP/1.1 200 Fine, thanks\r\nContent-Length: 0\r\n"
                + String.join("\r\n", END_TO_END) + "\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n"));
             GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            HttpMessage answer = client.get("/").readAnswer().head();
            assertThat(answer.startLine()).isEqualTo("HTTP/1.1 200 Fine, thanks");
            assertThat(endToEnd(answer)).startsWith(END_TO_END.toArray(String[]::new));
            assertThat(answer.all("Set-Cookie")).containsExactly("a=1", "b=2");
        }
    }

    /** The lines without those that a proxy writes itself. */
    private static List<String> endToEnd(HttpMessage head) {
        return head.headerLines().stream().map(String::trim)
                .filter(line -> !line.matches("(?i)(host|via|x-forwarded-.*|content-length): .*")).toList();
    }
}
