package dev.gyre.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.WholeRequests;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * However a client's bytes are bent, a backend sees the requests that a strict reading finds in them, from
 * the first on, or fewer; never another.
 */
class MutatedRequestsTest {

    private static final String END = "GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    /** For what never ends, since its end was bent away;
        nothing depends on it but how long this test takes. */
    private static final int PATIENCE_MILLIS = 50;

    private static WholeRequests backend;
    private static GyreNode node;
    private static int tries;

    @BeforeContainer
    static void start() {
        backend = new WholeRequests();
        node = GyreNode.before(new JsonObject(), backend.origin());
    }

    @AfterContainer
    static void stop() {
        node.close();
        backend.close();
    }

    record Bend(int kind, int at, int length, String piece) {

        String applyTo(String text) {
            int from = Math.floorMod(at, text.length() + 1);
            int to = Math.min(text.length(), from + length);
            return switch (kind) {
                case 0 -> text.substring(0, from) + piece + text.substring(from);
                case 1 -> text.substring(0, from) + text.substring(to);
                case 2 -> text.substring(0, from) + piece + text.substring(to);
                default -> text.substring(0, to) + text.substring(from);
            };
        }
    }

    @Provide
    Arbitrary<List<String>> requests() {
        String inner = "GET /smuggled HTTP/1.1\r\nHost: a\r\nX-A: b\r\n\r\n";
        String length = "Content-Length: " + inner.length() + "\r\n\r\n" + inner;
        String chunk = Integer.toHexString(inner.length()) + ";x=y\r\n" + inner + "\r\n0\r\nX-T: u\r\n\r\n";
        return Arbitraries.of(
                "GET /a HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET http://a/b HTTP/1.1\r\nHost: a\r\nX-A: b, c\r\n\r\n",
                "POST /c HTTP/1.1\r\nHost: a\r\n" + length,
                "POST /d HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "POST /e HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: a\r\n\r\n" + chunk,
                "PUT /f HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc",
                "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").list().ofMinSize(1).ofMaxSize(4);
    }

    @Provide
    Arbitrary<List<Bend>> bends() {
        Arbitrary<String> pieces = Arbitraries.of("\r", "\n", "\r\n", "\r\n\r\n", " ", "\t", "\r\n ",
            "\u0000", "\u007f",
                ":", ",", ";", "0", "5", "x", "+", "-", "0x", "#", "?", "*", "/", "//", "\u00ff", "\u000b",
                "Content-Length: 5\r\n", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n",
                "Host: b\r\n",
                "Transfer-Encoding: identity\r\n", "Connection: Content-Length\r\n", "HTTP/1.0",
                "HTTP/1.1", "0\r\n\r\n",
                "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
                "Sec-WebSocket-Key1: 1\r\nSec-WebSocket-Key2: 2\r\n",
                "Expect: 100-continue\r\n", "Content-Length", "chunked", "\r\n0\r\n\r\n");
        return Combinators.combine(Arbitraries.integers().between(0, 3),
            Arbitraries.integers().between(0, 2000),
                Arbitraries.integers().between(1, 12),
                    pieces).as(Bend::new).list().ofMinSize(1).ofMaxSize(3);
    }

    @Property(tries = 400, shrinking = ShrinkingMode.OFF)
    void aBackendSeesWhatAStrictReadingFindsOrLess(@ForAll("requests") List<String> requests,
            @ForAll("bends") List<Bend> bends) throws IOException {
        String bytes = String.join("", requests);
        for (Bend bend : bends) {
            bytes = bend.applyTo(bytes);
        }
        bytes += END;
        String address = "127.1." + tries / 250 + "." + (1 + tries++ % 250);
        send(bytes, address);
        List<String> meant = StrictReading.of(bytes);
        List<String> seen = backend.seenFrom(address);
        assertThat(seen).as("strict reading: %s of\n%s",
            meant, bytes).hasSizeLessThanOrEqualTo(meant.size());
        assertThat(seen).as(bytes).isEqualTo(meant.subList(0, seen.size()));
        assertThat(backend.malformed()).as(bytes).isEmpty();
    }

    /** From an address of its own, by which the backend can tell this client's requests from all others. */
    private static void send(String bytes, String address) throws IOException {
        try (Socket socket = new Socket(InetAddress.getByName("127.0.0.1"), node.port(),
                InetAddress.getByName(address), 0); Wire client = new Wire(socket)) {
            client.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            socket.setSoTimeout(PATIENCE_MILLIS);
            client.readToEnd();
        } catch (SocketTimeoutException | SocketException e) {
            // A request that never ends, or one refused while more of it was on the way.
        }
    }
}
