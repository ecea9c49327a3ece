package dev.gyre.api;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gyre.kit.Await;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A balancer that does not learn how much a node can take sends a cold one as much as a warm one. */
class ReadinessTest {

    private static final Path HAPROXY = Path.of("/usr/sbin/haproxy");

    @TempDir
    Path directory;

    private Doors doors;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(web(A), Optional.empty());
        doors.capacity.set(25);
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    @Test
    void theCapacityIsAFieldOfTheHeadAndTheTextStaysAsItIs() throws Exception {
        HttpResponse<String> answer = doors.send(doors.request("/ready"));
        assertThat(answer.headers().allValues("Gyre-Capacity")).containsExactly("25%");
        assertThat(answer.body()).isEqualTo("ready\n");
        doors.capacity.set(100);
        assertThat(doors.send(doors.request("/ready")).headers().allValues("Gyre-Capacity"))
                .containsExactly("100%");
    }

    @Test
    void aProgramGetsJson() throws Exception {
        HttpResponse<String> answer =
                doors.send(doors.request("/ready").header("Accept", "application/json"));
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(new JsonObject(answer.body())).isEqualTo(new JsonObject().put("ready", true)
                .put("capacity", 25).put("notes", new JsonArray()));
        doors.ready.set(false);
        answer = doors.send(doors.request("/ready").header("Accept", "application/json"));
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(new JsonObject(answer.body()).getBoolean("ready")).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"Application/JSON,json", "'text/plain;q=0.5, application/json',json",
        "'text/plain, application/json;q=0.5',plain", "application/json;q=0,plain", "*/*,plain"})
    void theFormIsTheMostWanted(String accept, String form) throws Exception {
        HttpResponse<String> answer = doors.send(doors.request("/ready").header("Accept", accept));
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).endsWith(form);
    }

    @Test
    void listAndMetricsShowItToo() throws Exception {
        JsonObject node = new JsonObject(doors.send(doors.request("/api/nodes")).body())
                .getJsonArray("nodes").getJsonObject(0);
        assertThat(node.getInteger("capacity")).isEqualTo(25);
        assertThat(doors.send(doors.request("/metrics")).body())
                .contains("\ngyre_node_capacity_ratio 0.25\n");
    }

    @Test
    void onlyAnAgentOfHAProxyGetsItAsTheReasonPhrase() throws Exception {
        assertThat(statusLine("/ready?as=haproxy-agent")).endsWith(" 200 up 25%");
        assertThat(statusLine("/ready")).endsWith(" 200 OK");
        doors.ready.set(false);
        assertThat(statusLine("/ready?as=haproxy-agent")).endsWith(" 503 25%");
    }

    private String statusLine(String target) throws IOException {
        try (Wire agent = Wire.to(doors.server.port())) {
            return agent.write("GET " + target + " HTTP/1.0\r\n\r\n").readAnswer().head().startLine();
        }
    }

    @Test
    void haproxyGivesTheNodeThatShareOfItsWeight() throws Exception {
        assumeTrue(Files.isExecutable(HAPROXY), "haproxy is not installed (Debian: apt-get install haproxy)");
        Process haproxy = new ProcessBuilder(HAPROXY.toString(), "-db", "-f", config().toString())
                .redirectErrorStream(true).redirectOutput(directory.resolve("log").toFile()).start();
        try {
            Await.until("a quarter of the weight", () -> weight().equals("50 (initial 200)"));
            doors.capacity.set(100);
            Await.until("all of it", () -> weight().equals("200 (initial 200)"));
            doors.ready.set(false);
            doors.capacity.set(25);
            Await.until("a node that is down", () -> said("show stat").contains(",DOWN,"));
            Await.until("its weight for the time when it is back", () -> weight().startsWith("50 "));
            doors.ready.set(true);
            Await.until("a node that is up", () -> said("show stat").contains(",UP,50,"));
        } finally {
            haproxy.destroyForcibly().waitFor();
        }
    }

    private Path config() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return Files.writeString(directory.resolve("haproxy.cfg"), """
                    global
                        stats socket %s mode 600 level admin
                    defaults
                        mode http
                        timeout connect 5s
                        timeout client 5s
                        timeout server 5s
                    frontend in
                        bind 127.0.0.1:%d
                        default_backend gyre
                    backend gyre
                        option httpchk GET /ready
                        default-server weight 200 check inter 100ms agent-check agent-inter 100ms
                        server a 127.0.0.1:%d port %3$d agent-port %3$d agent-send "%s"
                    """.formatted(socket(), free.getLocalPort(), doors.server.port(),
                    "GET /ready?as=haproxy-agent HTTP/1.0\\r\\n\\r\\n"));
        }
    }

    private Path socket() {
        return directory.resolve("socket");
    }

    private String weight() throws IOException {
        return said("get weight gyre/a").strip();
    }

    private String said(String command) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket()));
            channel.write(ByteBuffer.wrap((command + "\n").getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer answer = ByteBuffer.allocate(64 * 1024);
            while (channel.read(answer) >= 0) {
                // The socket is closed at the end of the answer.
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            // It is not open yet.
            return "";
        }
    }
}
