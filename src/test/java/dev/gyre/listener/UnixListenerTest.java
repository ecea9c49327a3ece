package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Gate;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients on a Unix socket are served as those of a port are, on each transport. */
class UnixListenerTest {

    private static final String TRANSPORT = "gyre.transport";
    private static final String CLOSE = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

    @TempDir
    private Path directory;
    private Path path;

    @BeforeEach
    void name() {
        path = directory.resolve("gyre.sock");
    }

    @AfterEach
    void anyTransport() {
        System.clearProperty(TRANSPORT);
    }

    private GyreNode start(JsonObject listener, JsonObject more, Origin origin) {
        return GyreNode.start(new JsonObject()
                .put("listeners", new JsonArray().add(listener.copy().put("host", "unix:" + path)))
                .put("services", new JsonObject().put("web",
                        new JsonObject().put("backends", new JsonArray().add(origin.url()))))
                .mergeIn(more, true));
    }

    private GyreNode start(Origin origin) {
        return start(new JsonObject(), new JsonObject(), origin);
    }

    private SocketChannel connect() throws IOException {
        return SocketChannel.open(UnixDomainSocketAddress.of(path));
    }

    private static void write(SocketChannel client, String text) throws IOException {
        client.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private static String readToEnd(SocketChannel client) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(64 * 1024);
        while (client.read(all) >= 0) {
            assertThat(all.hasRemaining()).isTrue();
        }
        return new String(all.array(), 0, all.position(), StandardCharsets.ISO_8859_1);
    }

    private String ask(String request) throws IOException {
        try (SocketChannel client = connect()) {
            write(client, request);
            return readToEnd(client);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"io_uring", "epoll", "nio"})
    void allLoopsServeTheSocketAndItGoesWithTheNode(String transport) throws Exception {
        System.setProperty(TRANSPORT, transport);
        try (Origin origin = Origin.saying("hello"); GyreNode node = start(origin)) {
            List<SocketChannel> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                clients.add(connect());
            }
            for (SocketChannel client : clients) {
                write(client, CLOSE);
                assertThat(readToEnd(client)).startsWith("HTTP/1.1 200 ").endsWith("hello");
                client.close();
            }
            assertThat(origin.requests()).hasSize(10)
                    .allSatisfy(request -> assertThat(request.first("X-Forwarded-For")).contains("unix:"));

            node.stop();
            assertThat(directory).isEmptyDirectory();
        }
    }

    @Test
    void theFileHasTheModeThatIsSet() throws Exception {
        try (Origin origin = Origin.saying("hello");
                GyreNode node = start(new JsonObject().put("mode", "600"), new JsonObject(), origin)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-------");
            assertThat(ask(CLOSE)).endsWith("hello");
        }
    }

    @Test
    void theSocketOfADeadNodeIsReplacedAndThatOfALiveOneIsNot() throws Exception {
        ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path)).close();
        try (Origin origin = Origin.saying("hello"); GyreNode node = start(origin)) {
            assertThat(ask(CLOSE)).endsWith("hello");
            assertThatThrownBy(() -> start(origin)).hasMessageContaining("listener unix:" + path
                    + ": address already in use: another process listens there");
            assertThat(ask(CLOSE)).endsWith("hello");
        }
    }

    @Test
    void aFileInTheWayFailsTheStart() throws Exception {
        Files.writeString(path, "precious");
        try (Origin origin = Origin.saying("hello")) {
            assertThatThrownBy(() -> start(origin)).hasMessageContaining("a file that is no socket is there");
            assertThat(path).hasContent("precious");
        }
    }

    @Test
    void whoConnectsMayBeTrusted() throws Exception {
        String told = CLOSE.replace("Host", "X-Forwarded-For: 198.51.100.9\r\nHost");
        JsonObject forwarding = new JsonObject().put("forwarding", new JsonObject().put("forwarded", true)
                .put("trusted", new JsonArray().add("unix:")));
        try (Origin origin = Origin.saying("hello")) {
            try (GyreNode node = start(origin)) {
                ask(told);
                assertThat(origin.requests().get(0).first("X-Forwarded-For")).contains("unix:");
            }
            try (GyreNode node = start(new JsonObject(), forwarding, origin)) {
                ask(told);
                assertThat(origin.requests().get(1).first("X-Forwarded-For")).contains("198.51.100.9, unix:");
                assertThat(origin.requests().get(1).first("Forwarded").orElseThrow())
                        .startsWith("for=unknown;");
            }
        }
    }

    @Test
    void aProxyOnTheSocketTellsItsClient() throws Exception {
        JsonObject proxies = new JsonObject().put("proxyProtocol", new JsonObject());
        JsonObject limits = new JsonObject().put("limits", new JsonObject().put("connectionsPerAddress", 1));
        try (Origin origin = Origin.saying("hello"); GyreNode node = start(proxies, limits, origin);
                SocketChannel other = connect()) {
            assertThat(ask("PROXY TCP4 203.0.113.7 192.0.2.1 51234 443\r\n" + CLOSE)).endsWith("hello");
            assertThat(origin.requests().get(0).first("X-Forwarded-For")).contains("203.0.113.7");
            assertThat(ask(CLOSE)).isEmpty();
        }
    }

    @Test
    void theLimitForEachAddressIsNoLimitForAllOfTheSocket() throws Exception {
        JsonObject limits = new JsonObject().put("limits",
                new JsonObject().put("connectionsPerAddress", 1).put("connections", 3));
        try (Origin origin = Origin.saying("hello");
                GyreNode node = start(new JsonObject(), limits, origin);
                SocketChannel one = connect(); SocketChannel two = connect()) {
            assertThat(ask(CLOSE)).endsWith("hello");
        }
    }

    @Test
    void requestsUnderWayEndWellWhenTheNodeStops() throws Exception {
        Gate gate = new Gate();
        try (Origin origin = Origin.of(exchange -> {
            gate.pass();
            exchange.respond(200, "late");
        }); GyreNode node = start(origin); SocketChannel client = connect()) {
            write(client, CLOSE);
            Await.until("a request at the backend", () -> origin.requests().size() == 1);
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(node::stop);
            Await.until("no file for new clients", () -> !Files.exists(path));
            gate.open();

            assertThat(readToEnd(client)).endsWith("late");
            stopped.join();
        }
    }

    @Test
    void aPathThatNoSocketCanHaveIsAMistake() {
        path = directory.resolve("x".repeat(100));
        try (Origin origin = Origin.saying("hello")) {
            assertThatThrownBy(() -> start(origin))
                    .hasMessageContaining("an absolute path of at most 80 bytes");
        }
    }
}
