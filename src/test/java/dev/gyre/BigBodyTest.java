package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Nightly;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BigBodyTest {

    private static final long LENGTH = Nightly.orMore(1, 5) * (1L << 30);
    private static final long HEAP_BOUND_KB = 500_000;
    /** Of a length that divides no buffer, so that a piece lost, doubled or moved is seen. */
    private static final byte[] PATTERN = new byte[262_139];

    static {
        new Random(42).nextBytes(PATTERN);
    }

    @TempDir
    Path directory;

    private static void send(OutputStream out) throws IOException {
        for (long left = LENGTH; left > 0; left -= PATTERN.length) {
            out.write(PATTERN, 0, (int) Math.min(left, PATTERN.length));
        }
    }

    private static long sent() {
        CRC32C sum = new CRC32C();
        for (long left = LENGTH; left > 0; left -= PATTERN.length) {
            sum.update(PATTERN, 0, (int) Math.min(left, PATTERN.length));
        }
        return sum.getValue();
    }

    private static void pass(Duration time) throws IOException {
        try {
            Await.pass(time);
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static long received(InputStream in) throws IOException {
        CRC32C sum = new CRC32C();
        byte[] buffer = new byte[1 << 18];
        // Time for a sender that is not held back to fill all the memory there is.
        pass(Duration.ofSeconds(2));
        for (long left = LENGTH; left > 0; ) {
            int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read == -1) {
                throw new EOFException(left + " bytes are missing");
            }
            sum.update(buffer, 0, read);
            left -= read;
        }
        return sum.getValue();
    }

    /** The most memory that the process has ever had. */
    private static long peakKb(GyreProcess node) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + node.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
    }

    private GyreProcess before(Origin origin) throws Exception {
        return GyreProcess.node(directory, new JsonObject().put("services", new JsonObject().put("web",
                new JsonObject().put("backends", new JsonArray().add(origin.url())))), "-Xmx256m",
                "-XX:-TieredCompilation");
    }

    private static void assertSmall(GyreProcess node) throws IOException {
        assertThat(peakKb(node)).as("peak memory in kB").isLessThan(HEAP_BOUND_KB);
        assertThat(node.output()).noneMatch(line -> line.contains("WARN") || line.contains("ERROR"));
    }

    @Test
    void anUploadOfGigabytesPassesThroughASmallHeap() throws Exception {
        CompletableFuture<Long> sum = new CompletableFuture<>();
        try (Origin origin = Origin.of(exchange -> {
                sum.complete(received(exchange.wire().stream()));
                exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
             });
             GyreProcess node = before(origin); Wire client = Wire.to(node.port())) {
            client.write("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: " + LENGTH + "\r\n\r\n");
            send(client.socket().getOutputStream());
            assertThat(client.readAnswer().status()).isEqualTo(200);
            assertThat(sum).isCompletedWithValue(sent());
            assertSmall(node);
        }
    }

    @Test
    void aDownloadOfGigabytesPassesThroughASmallHeap() throws Exception {
        try (Origin origin = Origin.of(exchange -> {
                exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + LENGTH + "\r\n\r\n");
                send(exchange.wire().socket().getOutputStream());
             });
             GyreProcess node = before(origin); Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            HttpMessage head = client.readHead();
            assertThat(head.first("Content-Length")).contains(Long.toString(LENGTH));
            assertThat(received(client.stream())).isEqualTo(sent());
            assertSmall(node);
        }
    }
}
