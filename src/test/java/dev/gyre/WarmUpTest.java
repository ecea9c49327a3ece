package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Place;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node that warms up sends requests to itself first, and opens its ports then. */
class WarmUpTest {

    private static final Pattern REQUESTS =
            Pattern.compile("with (\\d+) requests to itself, (\\d+)/s at the end: (.+)");

    @TempDir
    Path directory;

    private final Origin origin = Origin.saying("hello");

    @AfterEach
    void close() {
        origin.close();
    }

    private JsonObject config(String warmUp) {
        return new JsonObject().put("warmUp", warmUp).put("services", new JsonObject().put("web",
                new JsonObject().put("backends", new JsonArray().add(origin.url()))));
    }

    private static Matcher result(GyreProcess node) throws InterruptedException {
        Matcher matcher = REQUESTS.matcher(node.await("warmed up for"));
        assertThat(matcher.find()).isTrue();
        return matcher;
    }

    private static double capacity(GyreProcess node) throws Exception {
        return node.admin().ratio("gyre_node_capacity_ratio");
    }

    @Test
    void itEndsWhenTheHotPathIsCompiledAndLeavesNoTrace() throws Exception {
        try (GyreProcess node = GyreProcess.node(directory, config("3m"))) {
            Matcher result = result(node);
            assertThat(Integer.parseInt(result.group(1))).isGreaterThanOrEqualTo(20_000);
            assertThat(Integer.parseInt(result.group(2))).isPositive();
            assertThat(result.group(3)).isEqualTo("the compilers are idle");
            assertThat(origin.accepted()).as("connections to a backend of the user's").isZero();
            node.await("ready after");
            assertThat(capacity(node)).as("of a node that is warm").isEqualTo(1);
            JsonObject backend = node.admin().backends().get(0);
            assertThat(backend.getInteger("requests")).isZero();
            assertThat(node.admin().get("/metrics").body()).doesNotContain("warm-up");
            try (Wire client = Wire.to(node.port())) {
                assertThat(client.get("/").readAnswer().body()).isEqualTo("hello");
            }
            node.terminate();
            assertThat(node.exitCode()).isZero();
            assertThat(node.text()).doesNotContain("WARN").doesNotContain("ERROR");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"300ms", "1ms"})
    void itTakesNoLongerThanItMay(String most) throws Exception {
        try (GyreProcess node = GyreProcess.node(directory, config(most))) {
            assertThat(result(node).group(3)).isEqualTo("its time was over first");
            node.await("ready after");
            // After half a minute it would be full all the same.
            assertThat(capacity(node) == Capacity.WHILE_COMPILING / 100.0
                    || node.text().contains("capacity full"))
                    .as("a node that is cold says so").isTrue();
            node.terminate();
            assertThat(node.exitCode()).isZero();
            assertThat(node.text()).doesNotContain("WARN").doesNotContain("ERROR");
        }
    }

    @Test
    void aNodeWithoutAWarmUpIsColdAtFirstAndNotForLong() throws Exception {
        try (GyreProcess node = GyreProcess.node(directory, config("0s"))) {
            node.await("node capacity full");
            assertThat(capacity(node)).isEqualTo(1);
        }
    }

    @Test
    void aPortThatIsTakenIsFoundBeforeIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            JsonObject listener = new JsonObject().put("host", "127.0.0.1").put("port", taken.getLocalPort());
            Path config = GyreProcess.write(directory,
                    config("20s").put("listeners", new JsonArray().add(listener)));
            try (GyreProcess node = GyreProcess.start(List.of(),
                    List.of("run", "dev.gyre.MainVerticle", "-conf", config.toString()))) {
                assertThat(node.exitCode()).isEqualTo(1);
                assertThat(node.text()).contains("listener 127.0.0.1:" + taken.getLocalPort()
                        + ": address already in use").doesNotContain("warm");
            }
        }
    }

    @Test
    void noPortIsOpenMeanwhileAndTheNodeCanBeStopped() throws Exception {
        String host = Place.ownAddress();
        int port = free(host);
        int adminPort = free(host);
        JsonObject config = config("20s").put("listeners", new JsonArray()
                .add(new JsonObject().put("host", host).put("port", port)))
                .put("admin", new JsonObject().put("host", host).put("port", adminPort).put("token", "t"));
        Path file = GyreProcess.write(directory, config);
        // With both compilers at work, which takes them far longer than what is done here.
        try (GyreProcess node = GyreProcess.start(List.of("-XX:TieredStopAtLevel=4"),
                List.of("run", "dev.gyre.MainVerticle", "-conf", file.toString()))) {
            node.await("warming up for at most 20000 ms");
            assertThatThrownBy(() -> new Socket(host, port).close()).isInstanceOf(ConnectException.class);
            new Socket(host, adminPort).close();
            node.terminate();
            assertThat(node.exitCode()).isZero();
            assertThat(node.text()).contains("stopped before ready").doesNotContain("warmed up")
                    .doesNotContain("ERROR");
        }
    }

    private static int free(String host) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.getLocalPort();
        }
    }
}
