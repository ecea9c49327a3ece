package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who does not read must stop who writes, or the node fills its memory with what nobody takes. */
class SlowReaderTest {

    private static final int PIECE = 65_521;
    private static final int PIECES = 1_200;
    private static final long TOTAL = (long) PIECE * PIECES;
    /**
     * What the kernel's buffers may take, of which a receive buffer alone may grow to 32 MB, and some more.
     */
    private static final long FEW = 48_000_000;
    private static final int SMALL_BUFFER = 65_536;

    private static byte[] piece(int number) {
        byte[] piece = new byte[PIECE];
        for (int i = 0; i < PIECE; i++) {
            piece[i] = (byte) (i * 31 + number);
        }
        return piece;
    }

    private static long checksum() {
        CRC32 sum = new CRC32();
        for (int i = 0; i < PIECES; i++) {
            sum.update(piece(i));
        }
        return sum.getValue();
    }

    private static long checksum(InputStream in) throws IOException {
        CRC32 sum = new CRC32();
        byte[] buffer = new byte[65_536];
        for (long left = TOTAL; left > 0; ) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new IOException(left + " bytes are missing");
            }
            sum.update(buffer, 0, read);
            left -= read;
        }
        return sum.getValue();
    }

    private static void send(Wire wire, AtomicLong sent, boolean chunked) throws IOException {
        for (int i = 0; i < PIECES; i++) {
            if (chunked) {
                wire.write(Integer.toHexString(PIECE) + "\r\n");
            }
            wire.write(piece(i));
            if (chunked) {
                wire.write("\r\n");
            }
            sent.addAndGet(PIECE);
        }
        if (chunked) {
            wire.write("0\r\n\r\n");
        }
    }

    /** Waits until nothing has moved for half a second. */
    private static void stalls(AtomicLong sent) throws Exception {
        long[] last = {-1, System.nanoTime()};
        Await.until("the sender is stopped", () -> {
            if (sent.get() != last[0]) {
                last[0] = sent.get();
                last[1] = System.nanoTime();
            }
            return sent.get() > 0 && System.nanoTime() - last[1] > 500_000_000;
        });
    }

    private static Wire smallClient(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(SMALL_BUFFER);
        socket.setSendBufferSize(SMALL_BUFFER);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new Wire(socket);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: " + TOTAL, "Transfer-Encoding: chunked", "Connection: close"})
    void aClientThatDoesNotReadStopsTheBackend(String framing) throws Exception {
        AtomicLong sent = new AtomicLong();
        try (Origin origin = Origin.of(exchange -> {
            exchange.wire().socket().setSendBufferSize(SMALL_BUFFER);
            exchange.write("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n");
            send(exchange.wire(), sent, framing.endsWith("chunked"));
            if (framing.endsWith("close")) {
                exchange.close();
            }
        }); GyreNode node = GyreNode.before(origin); Wire client = smallClient(node.port())) {
            HttpMessage head = client.get("/").readHead();
            stalls(sent);
            assertThat(sent.get()).as("bytes taken from the backend").isLessThan(FEW);
            if (head.has("Content-Length")) {
                assertThat(checksum(client.in())).isEqualTo(checksum());
            } else {
                CRC32 sum = new CRC32();
                sum.update(client.readChunks(new ArrayList<>()));
                assertThat(sum.getValue()).isEqualTo(checksum());
            }
            Await.until("nothing in flight", () -> node.backend().getLong("inFlight") == 0);
            assertThat(node.backend().getLong("failures")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBackendThatDoesNotReadStopsTheClient(boolean chunked) throws Exception {
        CountDownLatch begin = new CountDownLatch(1);
        AtomicLong sent = new AtomicLong();
        AtomicLong sum = new AtomicLong();
        try (Origin origin = Origin.of(exchange -> {
            await(begin);
            if (chunked) {
                CRC32 all = new CRC32();
                all.update(exchange.readBody());
                sum.set(all.getValue());
            } else {
                sum.set(checksum(exchange.wire().in()));
            }
            exchange.answer(200, "ok");
        }); GyreNode node = GyreNode.before(origin); Wire client = smallClient(node.port())) {
            Thread sender = new Thread(() -> {
                try {
                    client.write("POST / HTTP/1.1\r\nHost: a\r\n" + (chunked ? "Transfer-Encoding: chunked"
                            : "Content-Length: " + TOTAL) + "\r\n\r\n");
                    send(client, sent, chunked);
                } catch (IOException e) {
                    sent.set(-1);
                }
            });
            sender.start();
            stalls(sent);
            assertThat(sent.get()).as("bytes taken from the client").isBetween(1L, FEW);
            begin.countDown();
            assertThat(client.readAnswer().body()).isEqualTo("ok");
            assertThat(sum.get()).isEqualTo(checksum());
            sender.join();
        }
    }

    @Test
    void anAnswerIsWholeThoughItsBackendIsLongGone() throws Exception {
        String body = "x".repeat(3_000_000);
        try (Origin origin = Origin.of(exchange -> {
            exchange.write("HTTP/1.0 200 OK\r\n\r\n" + body);
            exchange.close();
        }); GyreNode node = GyreNode.before(origin)) {
            for (String version : new String[] {"1.1", "1.0"}) {
                try (Wire client = smallClient(node.port())) {
                    int before = origin.requests().size();
                    client.write("GET / HTTP/" + version + "\r\nHost: a\r\n\r\n");
                    Await.until("the backend has closed", () -> origin.requests().size() > before
                            && origin.openNow() == 0);
                    HttpMessage head = client.readHead();
                    byte[] read = version.equals("1.1") ? client.readBody(head) : client.readToEnd();
                    assertThat(read).hasSize(body.length());
                }
            }
            assertThat(node.backend().getLong("failures")).isZero();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(Await.SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
