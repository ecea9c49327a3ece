package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gyre.GyreNode;
import dev.gyre.kit.Authority;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HAProxy and curl, which nobody here wrote, speak the PROXY protocol to a listener. */
class ProxiesInFrontTest {

    @TempDir
    private Path directory;

    private static void needs(String program) {
        assumeTrue(Stream.of("/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/")
                .anyMatch(path -> Files.isExecutable(Path.of(path + program))),
                program + " is not installed");
    }

    private GyreNode before(Origin origin, JsonObject listener) {
        return GyreNode.start(new JsonObject().put("listeners", new JsonArray().add(listener))
                .put("services", new JsonObject().put("web",
                        new JsonObject().put("backends", new JsonArray().add(origin.url())))));
    }

    private static JsonObject port() {
        return new JsonObject().put("host", "127.0.0.1").put("port", 0)
                .put("proxyProtocol", new JsonObject().put("from", new JsonArray().add("127.0.0.1")));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** @param server as HAProxy's configuration names it, with its options */
    private Process haproxy(int port, String server) throws IOException {
        Path config = Files.writeString(directory.resolve("haproxy.cfg"), """
                defaults
                    mode tcp
                    timeout connect 5s
                    timeout client 60s
                    timeout server 60s
                listen front
                    bind 127.0.0.1:%d
                    server gyre %s
                """.formatted(port, server));
        return new ProcessBuilder("haproxy", "-db", "-f", config.toString()).redirectErrorStream(true)
                .redirectOutput(directory.resolve("haproxy.log").toFile()).start();
    }

    /** From another address than HAProxy's own, so that one cannot be taken for the other. */
    private static Wire clientOf(int port) throws IOException {
        return new Wire(new Socket(InetAddress.getByName("127.0.0.1"), port,
                InetAddress.getByName("127.0.0.77"), 0));
    }

    private void askThrough(int port, Process haproxy, Origin origin) throws Exception {
        try {
            Await.until("HAProxy listens", () -> {
                try (Wire client = clientOf(port)) {
                    return client.get("/").readAnswer().body().equals("hello");
                } catch (IOException e) {
                    assertThat(haproxy.isAlive()).as(Files.readString(directory.resolve("haproxy.log")))
                            .isTrue();
                    return false;
                }
            });
            assertThat(origin.requests()).isNotEmpty().allSatisfy(request ->
                    assertThat(request.all("X-Forwarded-For")).containsExactly("127.0.0.77"));
        } finally {
            haproxy.destroy();
            haproxy.waitFor(Await.SECONDS, TimeUnit.SECONDS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,unique-id"})
    void haproxyTellsItsClient(String option) throws Exception {
        needs("haproxy");
        int port = freePort();
        try (Origin origin = Origin.saying("hello"); GyreNode node = before(origin, port())) {
            askThrough(port, haproxy(port, "127.0.0.1:" + node.port() + " " + option), origin);
            assertThat(node.samples("gyre_proxy_headers_refused_total")).isEmpty();
        }
    }

    @Test
    void haproxysOwnChecksAreNoErrors() throws Exception {
        needs("haproxy");
        int port = freePort();
        try (Origin origin = Origin.saying("hello"); GyreNode node = before(origin, port())) {
            askThrough(port, haproxy(port, "127.0.0.1:" + node.port() + " send-proxy-v2 check inter 50ms"),
                    origin);
            assertThat(node.samples("gyre_proxy_headers_refused_total")).isEmpty();
        }
    }

    @Test
    void haproxyTellsItsClientOnAUnixSocket() throws Exception {
        needs("haproxy");
        int port = freePort();
        String socket = directory.resolve("gyre.sock").toString();
        try (Origin origin = Origin.saying("hello"); GyreNode node = before(origin,
                new JsonObject().put("host", "unix:" + socket).put("proxyProtocol", new JsonObject()))) {
            askThrough(port, haproxy(port, "unix@" + socket + " send-proxy-v2"), origin);
        }
    }

    /** One connection: first HAProxy's header, then the client's TLS, which HAProxy passes through. */
    @ParameterizedTest
    @ValueSource(strings = {"send-proxy", "send-proxy-v2"})
    void theHeaderComesBeforeTheClientsTls(String option) throws Exception {
        needs("haproxy");
        Authority authority = Authority.in(directory);
        Authority.Issued issued = authority.issue("web", "DNS:localhost");
        JsonObject pair = new JsonObject().put("cert", issued.cert().toString())
                .put("key", issued.key().toString());
        JsonObject tls = port().put("tls",
                new JsonObject().put("certificates", new JsonArray().add(pair)));
        int port = freePort();
        try (Origin origin = Origin.saying("hello"); GyreNode node = before(origin, tls)) {
            Process haproxy = haproxy(port, "127.0.0.1:" + node.port() + " " + option);
            try {
                Await.until("an answer through HAProxy", () -> curl(List.of("--cacert",
                        authority.ca().toString(), "--interface", "127.0.0.77",
                        "https://localhost:" + port + "/")).equals("hello"));
                assertThat(origin.requests().get(0).all("X-Forwarded-For")).containsExactly("127.0.0.77");
                assertThat(origin.requests().get(0).all("X-Forwarded-Proto")).containsExactly("https");
            } finally {
                haproxy.destroy();
                haproxy.waitFor(Await.SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    private static String curl(List<String> more) throws Exception {
        needs("curl");
        Process curl = new ProcessBuilder(Stream.concat(Stream.of("curl", "-s", "-m", "60"), more.stream())
                .toList()).start();
        String said = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        curl.waitFor();
        return said;
    }

    @Test
    void curlTellsItsOwnAddress() throws Exception {
        try (Origin origin = Origin.saying("hello"); GyreNode node = before(origin, port())) {
            String url = "http://127.0.0.1:" + node.port() + "/";
            assertThat(curl(List.of("--haproxy-protocol", "--interface", "127.0.0.78", url))).isEmpty();
            assertThat(node.samples("gyre_proxy_headers_refused_total"))
                    .containsOnlyKeys("reason=\"unlisted_peer\"");
            assertThat(curl(List.of("--haproxy-protocol", url))).isEqualTo("hello");
            assertThat(curl(List.of(url))).isEmpty();
        }
    }

    @Test
    void curlTalksOverAUnixSocket() throws Exception {
        String socket = directory.resolve("gyre.sock").toString();
        try (Origin origin = Origin.saying("hello");
                GyreNode node = before(origin, new JsonObject().put("host", "unix:" + socket))) {
            assertThat(curl(List.of("--unix-socket", socket, "http://shop.example/"))).isEqualTo("hello");
            assertThat(origin.requests().get(0).first("Host")).contains("shop.example");
        }
    }
}
