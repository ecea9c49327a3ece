package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.Command;
import dev.gyre.kit.UnixOrigin;
import dev.gyre.kit.Wire;
import dev.gyre.model.BackendUrl;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A backend on a Unix socket is like one at a port, on each transport. */
class UnixBackendTest {

    private static final String TRANSPORT = "gyre.transport";

    @TempDir
    private Path directory;
    private Path path;
    private String url;

    @BeforeEach
    void name() {
        path = directory.resolve("app.sock");
        url = "unix:" + path;
    }

    @AfterEach
    void anyTransport() {
        System.clearProperty(TRANSPORT);
    }

    private GyreNode before(JsonObject service) {
        return GyreNode.before(new JsonObject(), service, url);
    }

    private static Wire.Answer ask(GyreNode node) throws Exception {
        try (Wire client = Wire.to(node.port())) {
            return client.get("/").readAnswer();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"io_uring", "epoll", "nio"})
    void requestsShareItsConnections(String transport) throws Exception {
        System.setProperty(TRANSPORT, transport);
        try (UnixOrigin origin = UnixOrigin.at(path, "hello"); GyreNode node = before(new JsonObject());
                Wire client = Wire.to(node.port())) {
            for (int i = 0; i < 10; i++) {
                assertThat(client.get("/").readAnswer().body()).isEqualTo("hello");
            }
            assertThat(origin.requests()).hasSize(10);
            assertThat(origin.accepted()).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"io_uring", "epoll", "nio"})
    void aMissingSocketIsARefusedConnection(String transport) throws Exception {
        System.setProperty(TRANSPORT, transport);
        try (GyreNode node = before(GyreNode.oneTry())) {
            Wire.Answer answer = ask(node);
            assertThat(answer.head().status()).isEqualTo(502);
            assertThat(answer.head().first("Proxy-Status").orElseThrow()).contains("connection_refused");

            // As soon as it is there it is used.
            try (UnixOrigin origin = UnixOrigin.at(path, "hello")) {
                assertThat(ask(node).body()).isEqualTo("hello");
            }
        }
    }

    @Test
    void theHostIsTheClientsOrLocalhost() throws Exception {
        try (UnixOrigin origin = UnixOrigin.at(path, "hello")) {
            try (GyreNode node = before(new JsonObject()); Wire client = Wire.to(node.port())) {
                client.write("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n").readAnswer();
                assertThat(origin.requests().get(0)).containsIgnoringCase("\r\nhost: shop.example\r\n");
            }
            try (GyreNode node = before(new JsonObject().put("host", "backend"))) {
                ask(node);
                assertThat(origin.requests().get(1)).containsIgnoringCase("\r\nhost: localhost\r\n");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "tcp"})
    void itIsProbed(String kind) throws Exception {
        JsonObject health = new JsonObject().put("health", new JsonObject().put(kind, new JsonObject())
                .put("interval", "100ms").put("rise", 1).put("fall", 1));
        try (GyreNode node = before(health)) {
            Await.until("down without a socket", () -> node.backend().getString("state").equals("down"));
            try (UnixOrigin origin = UnixOrigin.at(path, "hello")) {
                Await.until("up with a socket", () -> node.backend().getString("state").equals("up"));
            }
            Await.until("down again", () -> node.backend().getString("state").equals("down"));
        }
    }

    @Test
    void commandsNameItByItsPath() throws Exception {
        try (UnixOrigin origin = UnixOrigin.at(path, "hello"); GyreNode node = before(new JsonObject())) {
            String other = "unix:" + directory.resolve("other.sock");
            node.command(Command.backend("add", other));
            assertThat(Command.rows(node.command(Command.LIST))).extracting(row -> row.getString("url"))
                    .containsExactlyInAnyOrder(url, other);
            node.command(Command.backend("remove", other));
            node.command(Command.backend("drain", url));
            assertThat(node.backend().getString("url")).isEqualTo(url);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"unix:", "unix:/", "unix:app.sock", "unix:/a//b", "unix:/a/../b", "unix:/a/./b",
        "unix:/a/", "unix:/a b", "unix:/a@b", "unix:/a?b", "unix://host/a", "UNIX:/a"})
    void oneSocketHasOneName(String text) {
        assertThatThrownBy(() -> BackendUrl.parse(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unix:");
    }

    @Test
    void itsTextIsReadBack() {
        BackendUrl read = BackendUrl.parse("unix:/run/My-App_1.sock");
        assertThat(BackendUrl.parse(read.toString())).isEqualTo(read);
        assertThat(read.isNamed()).isFalse();
        assertThatThrownBy(() -> BackendUrl.parse("unix:/" + "x".repeat(107)))
                .hasMessageContaining("at most 107");
    }
}
