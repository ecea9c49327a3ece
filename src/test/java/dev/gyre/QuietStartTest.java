package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuietStartTest {

    private static final String OWN_LINE = "\\S+ (INFO|WARN) gyre(\\.\\w+)? - .*";

    @TempDir
    Path directory;

    private static JsonObject before(Origin origin) {
        return new JsonObject().put("services", new JsonObject()
                .put("web", new JsonObject().put("backends", new JsonArray().add(origin.url())
                        .add(new JsonObject().put("url", "http://127.0.0.1:9").put("weight", 3))))
                .put("later", new JsonObject()))
                .put("routes", new JsonArray().add(new JsonObject().put("path", "/*").put("service", "web")));
    }

    private static void assertServes(GyreProcess node) throws Exception {
        node.admin().backend("remove", "http://127.0.0.1:9");
        try (Wire client = Wire.to(node.port())) {
            assertThat(client.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n").readAnswer().body())
                    .isEqualTo("hello");
        }
    }

    @Test
    void aNodeSaysWhatRunsAndNothingElseIsPrinted() throws Exception {
        try (Origin origin = Origin.saying("hello");
             GyreProcess node = GyreProcess.node(directory, before(origin))) {
            assertServes(node);
            node.terminate();
            assertThat(node.exitCode()).isZero();
            assertThat(node.output()).allMatch(line -> line.matches(OWN_LINE));
            assertThat(node.await("gyre 0.")).contains("JDK " + System.getProperty("java.version"))
                    .containsPattern("transport (io_uring|epoll, not io_uring \\(.+\\)"
                            + "|nio, not io_uring \\(.+\\), epoll \\(.+\\))");
            assertThat(node.await("listening on"))
                    .contains("127.0.0.1:" + node.port()).contains("instances 2");
            assertThat(node.await("service web"))
                    .contains(origin.url()).contains("http://127.0.0.1:9 weight 3");
            assertThat(node.await("service later")).contains("no backend");
            assertThat(node.await("data in")).contains(directory.resolve("data").toString());
        }
    }

    @Test
    void aLimitOfOpenFilesThatIsTooLowIsSaidWithTheFigureToSet() throws Exception {
        try (Origin origin = Origin.saying("hello")) {
            JsonObject config = before(origin);
            config.getJsonObject("services").getJsonObject("web")
                    .put("pool", new JsonObject().put("maxConnections", 1000));
            Path file = GyreProcess.write(directory, config);
            try (GyreProcess node = GyreProcess.limited(512,
                    List.of("run", "dev.gyre.MainVerticle", "-conf", file.toString()))) {
                node.await("ready after");
                // Two backends of 1,000 connections, a client's for each, and Gyre's own 256.
                assertThat(node.await("open files"))
                        .contains(" WARN ").contains("512").contains("ulimit -n 4256");
            }
            try (GyreProcess node = GyreProcess.limited(4256,
                    List.of("run", "dev.gyre.MainVerticle", "-conf", file.toString()))) {
                node.await("ready after");
                assertThat(node.text()).doesNotContain("open files");
            }
        }
    }

    @Test
    void aForcedTransportRunsAndIsSaidWithTheReason() throws Exception {
        try (Origin origin = Origin.saying("hello")) {
            try (GyreProcess node = GyreProcess.node(directory, before(origin), "-Dgyre.transport=epoll")) {
                assertThat(node.await("transport")).contains("transport epoll, not io_uring (not asked for)");
                assertServes(node);
            }
            try (GyreProcess node = GyreProcess.node(directory, before(origin), "-Dgyre.transport=nio")) {
                assertThat(node.await("transport"))
                        .contains("transport nio, not io_uring (not asked for), epoll (not asked for)");
                assertThat(node.output()).allMatch(line -> line.matches(OWN_LINE));
                assertServes(node);
            }
        }
    }

    @Test
    void whereIoUringIsForbiddenEpollRunsAndTheReasonIsSaid() throws Exception {
        assumeThatCallsCanBeForbidden();
        assertRunsOnEpoll(0, "not permitted");
    }

    @Test
    void whereTheRingsOfEventLoopsAreTooLargeEpollRunsAndTheReasonIsSaid() throws Exception {
        assumeThatCallsCanBeForbidden();
        assertRunsOnEpoll(128, "Cannot allocate memory");
    }

    private static void assumeThatCallsCanBeForbidden() {
        assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
        assumeThat(System.getProperty("os.arch")).isIn("amd64", "aarch64");
        assumeThat(new File("/usr/bin/perl")).as("Perl is there").exists();
    }

    private void assertRunsOnEpoll(int refusedEntries, String reason) throws Exception {
        try (Origin origin = Origin.saying("hello")) {
            Path file = GyreProcess.write(directory, before(origin));
            try (GyreProcess node = GyreProcess.withoutIoUring(refusedEntries, List.of(),
                    List.of("run", "dev.gyre.MainVerticle", "-conf", file.toString()))) {
                node.await("ready after");
                assertThat(node.await("transport"))
                        .containsPattern("transport epoll, not io_uring \\(.*" + reason + ".*\\)");
                assertThat(node.output()).allMatch(line -> line.matches(OWN_LINE));
                assertServes(node);
            }
        }
    }
}
