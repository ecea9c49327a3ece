package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A body that waits takes about its own size, in chunks of one byte, too. */
class TinyChunksTest {

    private static final int CLIENTS = 60;
    private static final int CHUNKS = 50_000;
    /** Who follows each buffer takes more memory than they. */
    private static final String UNTRACKED = "-Dio.netty.leakDetection.level=simple";

    @TempDir
    Path directory;

    /** Bytes of bodies: no head or size of a chunk has a Z. */
    private final AtomicLong received = new AtomicLong();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    /** Reads for ever, and answers nothing. */
    private void serve(ServerSocket backend) {
        try {
            while (true) {
                Socket connection = backend.accept();
                threads.execute(() -> read(connection));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void read(Socket connection) {
        try (connection) {
            InputStream in = connection.getInputStream();
            byte[] piece = new byte[65_536];
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                for (int i = 0; i < n; i++) {
                    if (piece[i] == 'Z') {
                        received.incrementAndGet();
                    }
                }
            }
        } catch (IOException e) {
            // The node has ended it.
        }
    }

    @Test
    void noClientIsEndedForTheirSake() throws Exception {
        String begin = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nZ\r\n";
        String rest = "1\r\nZ\r\n".repeat(CHUNKS - 1);
        List<Wire> clients = new ArrayList<>();
        try (ServerSocket backend = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
             GyreProcess node = GyreProcess.node(directory, new JsonObject().put("services",
                     new JsonObject().put("web", new JsonObject().put("backends", new JsonArray()
                             .add("http://127.0.0.1:" + backend.getLocalPort())))), "-Xmx96m", UNTRACKED)) {
            threads.execute(() -> serve(backend));
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(Wire.to(node.port()).write(begin));
            }
            // From then on nothing waits before it is passed on.
            Await.until(() -> "the backend has the first of each: " + received,
                    () -> received.get() == CLIENTS);
            for (Wire client : clients) {
                client.write(rest);
            }
            Await.until(() -> "the backend has all that came: " + received + ", " + node.text(),
                    () -> received.get() == (long) CHUNKS * CLIENTS || node.text().contains("no-memory")
                            || ProcessHandle.of(node.pid()).isEmpty());
            assertThat(ProcessHandle.of(node.pid())).as("the node").isPresent();
            assertThat(node.text()).doesNotContain("no-memory").doesNotContain("OutOfMemory");
            assertThat(node.admin().metric("gyre_client_connections")).isEqualTo(CLIENTS);
        } finally {
            for (Wire client : clients) {
                client.close();
            }
            threads.shutdownNow();
        }
    }
}
