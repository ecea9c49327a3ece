package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Clients that together send, or leave untaken, more than the node has memory for: those that hold most of it
 * are ended, and others are served all the while.
 */
class FloodedNodeTest {

    private static final int HEADS = 1_500;
    private static final byte[] LARGE = new byte[10 << 20];
    private static final byte[] SMALL = {'x'};
    private static final String LINE = "X-%d: " + "v".repeat(600) + "\r\n";
    /** 58 KB, and no end. */
    private static final String UNFINISHED_HEAD = "GET / HTTP/1.1\r\nHost: a\r\n"
            + IntStream.range(0, 95).mapToObj(LINE::formatted).collect(Collectors.joining());

    @TempDir
    Path directory;

    private final List<SocketChannel> flood = new ArrayList<>();

    @AfterEach
    void end() throws IOException {
        for (SocketChannel client : flood) {
            client.close();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] bytesOf(String kind) {
        return bytes(switch (kind) {
            case "heads" -> UNFINISHED_HEAD;
            // As many, and an end.
            case "headers" -> UNFINISHED_HEAD + "\r\n";
            case "uploads" -> "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"
                    + "u".repeat(60_000);
            case "readers" -> "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
            default -> "GET / HTTP/1.1\r\nHost: a\r\n\r\n".repeat(5_000);
        });
    }

    private static void answer(Origin.Exchange exchange) throws IOException {
        byte[] body = exchange.request().target().equals("/large") ? LARGE : SMALL;
        exchange.write("HTTP/1.1 200 OK\r\nContent-Length: " + body.length + "\r\n\r\n");
        exchange.wire().write(body);
    }

    /** Sends what is taken within a moment, and reads nothing. */
    private void join(byte[] message, int port) throws IOException {
        SocketChannel client = SocketChannel.open();
        flood.add(client);
        client.setOption(StandardSocketOptions.SO_RCVBUF, 4_096);
        client.connect(new InetSocketAddress("127.0.0.1", port));
        client.configureBlocking(false);
        ByteBuffer bytes = ByteBuffer.wrap(message);
        int written;
        do {
            written = client.write(bytes);
        } while (written > 0 && bytes.hasRemaining());
    }

    private static void served(GyreProcess node) throws Exception {
        try (Wire wire = Wire.to(node.port())) {
            wire.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(wire.readHead().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"heads,1500,epoll", "heads,1500,io_uring", "uploads,1500,epoll", "uploads,1500,io_uring",
        "pipelines,100,epoll", "pipelines,100,io_uring", "headers,500,epoll", "headers,500,io_uring",
        "readers,300,epoll", "readers,300,io_uring",
        "heads uploads pipelines headers readers,2000,epoll",
        "heads uploads pipelines headers readers,2000,io_uring"})
    void othersAreServed(String kinds, int clients, String transport) throws Exception {
        List<byte[]> messages = Arrays.stream(kinds.split(" ")).map(FloodedNodeTest::bytesOf).toList();
        try (Origin origin = Origin.of(FloodedNodeTest::answer).withoutRecording();
             GyreProcess node = GyreProcess.node(directory, new JsonObject().put("services",
                     new JsonObject().put("web", new JsonObject()
                             .put("pool", new JsonObject().put("maxConnections", 4 * HEADS))
                             .put("backends", new JsonArray().add(origin.url())))),
                     "-Xmx96m", "-Dgyre.transport=" + transport)) {
            served(node);
            for (int i = 0; i < clients; i++) {
                try {
                    join(messages.get(i % messages.size()), node.port());
                } catch (IOException e) {
                    // Ended by the node.
                }
                if (i % 50 == 0) {
                    served(node);
                }
            }
            served(node);
            if (kinds.equals("heads")) {
                Await.until("some are ended",
                        () -> node.text().contains("connection reset reason=no-memory "));
            }
            end();
            Await.until(() -> "their connections are gone: " + node.text(),
                    () -> node.admin().metric("gyre_client_connections") <= 1);
            assertThat(node.admin().metric("gyre_client_memory_scarcity")).isZero();
            served(node);
            assertThat(node.text()).doesNotContain("OutOfMemory").doesNotContain("Exception");
        }
    }
}
