package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Clients who do not read, however large the answer that they asked for, do not use up the memory of the
 * node: it has room for 300 KB for each of them, and still answers others.
 */
class HeldForSlowReadersTest {

    private static final int READERS = 100;
    private static final String ROOM = "-XX:MaxDirectMemorySize=48m";
    private static final String SMALL_ROOM = "-XX:MaxDirectMemorySize=18m";
    private static final String TOO_SMALL_ROOM = "-XX:MaxDirectMemorySize=10m";
    private static final byte[] PIECE = new byte[256 * 1024];
    private static final int PIECES = 122;

    @TempDir
    Path directory;

    private final AtomicLong written = new AtomicLong();

    private void answer(Origin.Exchange exchange) throws IOException {
        if (exchange.request().target().equals("/small")) {
            exchange.respond(200, "small");
            return;
        }
        exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + PIECES * PIECE.length + "\r\n\r\n");
        pieces(exchange);
    }

    private void pieces(Origin.Exchange exchange) throws IOException {
        for (int i = 0; i < PIECES; i++) {
            exchange.wire().write(PIECE);
            written.addAndGet(PIECE.length);
        }
    }

    private GyreProcess node(Origin origin, String... jvmOptions) throws Exception {
        return GyreProcess.node(directory, new JsonObject().put("services", new JsonObject().put("web",
                new JsonObject().put("backends", new JsonArray().add(origin.url())))), jvmOptions);
    }

    @Test
    void othersAreAnsweredWhileAHundredDoNotReadTheirAnswers() throws Exception {
        List<Wire> readers = new ArrayList<>();
        try (Origin origin = Origin.of(this::answer).withoutRecording();
             GyreProcess node = node(origin, ROOM);
             Wire other = Wire.to(node.port())) {
            try {
                for (int i = 0; i < READERS; i++) {
                    readers.add(Wire.to(node.port()).get("/large"));
                }
                Await.until("all are being answered",
                        () -> node.admin().backends().get(0).getInteger("inFlight") == READERS);
                awaitStandstill();
                HttpMessage head = other.get("/small").readHead();
                assertThat(head.status()).isEqualTo(200);
                assertThat(other.readBody(head)).asString().isEqualTo("small");
                assertThat(node.text()).doesNotContain("WARN").doesNotContain("ERROR");
            } finally {
                for (Wire reader : readers) {
                    reader.close();
                }
            }
        }
    }

    /** Its end is told by the close of the backend's connection alone; a break must not pass for one. */
    @Test
    void anAnswerThatIsCutOffForWantOfMemoryNeverLooksWhole() throws Exception {
        List<Wire> readers = new ArrayList<>();
        try (Origin origin = Origin.of(exchange -> {
                exchange.write("HTTP/1.1 200 OK\r\n\r\n");
                pieces(exchange);
                exchange.close();
            }).withoutRecording();
             GyreProcess node = node(origin, TOO_SMALL_ROOM)) {
            try {
                for (int i = 0; i < READERS; i++) {
                    readers.add(Wire.to(node.port())
                            .write("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
                }
                Await.until("some are cut off", () -> node.text().contains("no-memory"));
                awaitStandstill();
                int cut = 0;
                for (Wire reader : readers) {
                    byte[] answer = toItsEnd(reader);
                    if (answeredWell(answer)) {
                        boolean whole = answer.length > PIECES * PIECE.length;
                        assertThat(looksWhole(answer)).as("%d bytes", answer.length).isEqualTo(whole);
                        cut += whole ? 0 : 1;
                    }
                }
                assertThat(cut).as("for the test to mean anything").isPositive();
            } finally {
                for (Wire reader : readers) {
                    reader.close();
                }
            }
        }
    }

    /** Nothing where the connection was reset: what has come then cannot be read any more. */
    private static byte[] toItsEnd(Wire reader) throws IOException {
        try {
            return reader.readToEnd();
        } catch (SocketException brokenOff) {
            return new byte[0];
        }
    }

    private static boolean answeredWell(byte[] answer) {
        byte[] start = "HTTP/1.1 200 ".getBytes(StandardCharsets.US_ASCII);
        return Arrays.mismatch(answer, start) == start.length;
    }

    /** RFC 9112, section 7.1: with the last chunk. */
    private static boolean looksWhole(byte[] chunked) {
        byte[] last = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        int from = chunked.length - last.length;
        return from >= 0 && Arrays.equals(chunked, from, chunked.length, last, 0, last.length);
    }

    /** What is read between two pauses is no more than the client takes: one answer in little memory. */
    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void anAnswerThatIsReadInFitsPassesThroughLittleMemory(String transport) throws Exception {
        byte[] chunk = ("400\r\n" + "x".repeat(1024) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream chunks = new ByteArrayOutputStream();
        for (int i = 0; i < 64; i++) {
            chunks.writeBytes(chunk);
        }
        int times = 2500;
        try (Origin origin = Origin.of(exchange -> {
                exchange.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                for (int i = 0; i < times; i++) {
                    exchange.wire().write(chunks.toByteArray());
                }
                exchange.write("0\r\n\r\n");
            }).withoutRecording();
             GyreProcess node = node(origin, SMALL_ROOM, "-Dgyre.transport=" + transport);
             Wire client = Wire.to(node.port()).get("/")) {
            client.readHead();
            byte[] piece = new byte[200_000];
            long left = (long) times * chunks.size() + "0\r\n\r\n".length();
            while (left > 0) {
                int read = client.stream().read(piece, 0, (int) Math.min(left, piece.length));
                assertThat(read).as(left + " bytes are missing: " + node.text()).isPositive();
                left -= read;
                if (left % 3 == 0) {
                    Await.pass(Duration.ofMillis(1));
                }
            }
            assertThat(node.text()).doesNotContain("WARN").doesNotContain("ERROR");
        }
    }

    /** Until the backend cannot get rid of anything any more: whatever the node takes, it has taken. */
    private void awaitStandstill() throws Exception {
        long[] seen = {-1, System.nanoTime()};
        Await.until("the backend cannot write any more", () -> {
            long now = System.nanoTime();
            if (written.get() != seen[0]) {
                seen[0] = written.get();
                seen[1] = now;
            }
            return now - seen[1] > Duration.ofSeconds(1).toNanos();
        });
    }
}
