package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A body must arrive byte for byte, whatever tells its length, and never a byte where none may be. */
class FramingTest {

    private static final int LARGE = 777_777;

    private static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** In pieces of 1 byte to 20,000 bytes. */
    private static byte[] chunked(byte[] body, String trailers) {
        Random random = new Random(body.length);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < body.length; ) {
            int size = Math.min(body.length - at, 1 + (int) Math.pow(20_000, random.nextDouble()));
            out.writeBytes((Integer.toHexString(size) + ";x=\"y\"\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));
            out.write(body, at, size);
            out.writeBytes("\r\n".getBytes(StandardCharsets.ISO_8859_1));
            at += size;
        }
        out.writeBytes(("0\r\n" + trailers + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        return out.toByteArray();
    }

    /** Sends the request's body back with the same framing. */
    private static void echo(Origin.Exchange exchange) throws IOException {
        byte[] body = exchange.readBody();
        if (exchange.request().has("Transfer-Encoding")) {
            exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            exchange.wire().write(chunked(body, ""));
        } else {
            exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
            exchange.wire().write(body);
        }
    }

    @Test
    void bodiesOfManySizesArriveByteForByteBothWays() throws Exception {
        try (Origin origin = Origin.of(FramingTest::echo); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            for (int size : new int[] {0, 1, 2, 4095, 8192, 65_535, 65_536, 65_537, LARGE}) {
                byte[] body = bytes(size, size);
                client.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + size + "\r\n\r\n")
                        .write(body);
                HttpMessage head = client.readHead();
                assertThat(head.all("Content-Length")).containsExactly(Integer.toString(size));
                assertThat(head.has("Transfer-Encoding")).isFalse();
                assertThat(client.readBody(head)).as("%d bytes with Content-Length", size).isEqualTo(body);
                client.write("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                        .write(chunked(body, "X-Sum: 1\r\n"));
                head = client.readHead();
                assertThat(head.all("Transfer-Encoding")).containsExactly("chunked");
                assertThat(head.has("Content-Length")).isFalse();
                assertThat(client.readBody(head)).as("%d bytes in chunks", size).isEqualTo(body);
            }
            assertThat(origin.accepted()).isEqualTo(1);
        }
    }

    @Test
    void aRequestWithoutBodyGetsNoFraming() throws Exception {
        try (Origin origin = Origin.saying("ok"); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            client.get("/").readAnswer();
            HttpMessage request = origin.requests().get(0);
            assertThat(request.has("Content-Length") || request.has("Transfer-Encoding")).isFalse();
        }
    }

    @Test
    void oneBytePieceAtATimeArrivesWhole() throws Exception {
        try (Origin origin = Origin.of(FramingTest::echo); GyreNode node = GyreNode.before(origin);
             Wire client = Wire.to(node.port())) {
            String request = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3\r\nabc\r\n0\r\n\r\n";
            for (char c : request.toCharArray()) {
                client.write(String.valueOf(c));
            }
            assertThat(client.readAnswer().body()).isEqualTo("abc");
        }
    }

    @Test
    void trailersOfAnAnswerArriveAndAreAnnounced() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n");
            exchange.wire().write(chunked(bytes(LARGE, 1),
                    "X-Sum: 42\r\nx-odd: a, b\r\nContent-Length: 3\r\nConnection: close\r\n"));
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 2; i++) {
                HttpMessage head = client.get("/").readHead();
                assertThat(head.all("Trailer")).containsExactly("X-Sum");
                List<String> trailers = new ArrayList<>();
                assertThat(client.readChunks(trailers)).isEqualTo(bytes(LARGE, 1));
                assertThat(trailers).containsExactly("X-Sum: 42", "x-odd: a, b");
            }
        }
    }

    @Test
    void theHeadOfAnAnswerDoesNotWaitForItsBody() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            // Only a client that has the head already sends this.
            exchange.wire().readHead();
        }); GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            assertThat(client.get("/").readHead().status()).isEqualTo(200);
        }
    }

    @Test
    void headersUpToTheLimitArrive() throws Exception {
        StringBuilder many = new StringBuilder();
        for (int i = 0; i < 90; i++) {
            many.append("X-Field-").append(i).append(": ").append("v".repeat(600)).append("\r\n");
        }
        try (Origin origin = Origin.of(exchange -> exchange.write(
                "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + many + "\r\n"));
             GyreNode node = GyreNode.before(origin); Wire client = Wire.to(node.port())) {
            Wire.Answer answer = client.write("GET / HTTP/1.1\r\nHost: a\r\n" + many + "\r\n").readAnswer();
            assertThat(answer.head().headerLines()).filteredOn(line -> line.startsWith("X-Field-"))
                    .hasSize(90);
            assertThat(origin.requests().get(0).headerLines())
                    .filteredOn(line -> line.startsWith("X-Field-")).hasSize(90);
        }
    }
}
