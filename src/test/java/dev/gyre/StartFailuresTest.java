package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.GyreProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that fails says why in words for the operator, and in nothing else. */
class StartFailuresTest {

    @TempDir
    Path directory;

    private record End(int exitCode, List<String> lines) {

        /** Every line is Gyre's own word to the operator. */
        End says(int code, String... parts) {
            assertThat(exitCode).as(toString()).isEqualTo(code);
            assertThat(lines).isNotEmpty().allSatisfy(line -> assertThat(line).startsWith("gyre: ")
                    .doesNotContain("Exception").doesNotContain("\tat ").doesNotContain("null"));
            assertThat(String.join("\n", lines)).contains(parts);
            return this;
        }
    }

    private static End end(String... arguments) throws Exception {
        try (GyreProcess process = GyreProcess.start(List.of(), List.of(arguments))) {
            return new End(process.exitCode(), process.output());
        }
    }

    private static End run(Path config) throws Exception {
        return end("run", "dev.gyre.MainVerticle", "-conf", config.toString());
    }

    private static JsonObject config() {
        return new JsonObject().put("services", new JsonObject().put("web", new JsonObject()
                .put("backends", new JsonArray().add("http://127.0.0.1:9001"))));
    }

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("gyre.json"), text);
    }

    private static JsonObject port(int port) {
        return new JsonObject().put("host", "127.0.0.1").put("port", port);
    }

    private static ServerSocket taken() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @Test
    void noConfig() throws Exception {
        end("run", "dev.gyre.MainVerticle").says(2, "no config", "-conf FILE");
        run(directory.resolve("absent.json")).says(2, "absent.json");
    }

    @Test
    void aConfigThatIsNoJson() throws Exception {
        run(file("{\n  \"services\": {\n    \"web\": { \"backends\" [] }\n  }\n}\n"))
                .says(2, "gyre.json", "line 3", "column");
    }

    @Test
    void allMistakesOfAConfigAtOnce() throws Exception {
        Path config = file("""
                { "services": { "web": { "backends": [ "h2c://a" ], "pol": {}, "timeouts": { "idle": "5" }}},
                  "routes": [ { "path": "/*", "service": "wep" } ],
                  "instances": 0 }""");
        String[] all = {"services.web.backends[0]", "services.web.pol", "pool", "services.web.timeouts.idle",
            "routes[0].service", "wep", "instances"};
        run(config).says(2, all);
        End check = end("check", "-conf", config.toString());
        assertThat(check.exitCode()).isEqualTo(1);
        assertThat(String.join("\n", check.lines())).contains(all).doesNotContain("Exception");
    }

    @Test
    void aPortInUse() throws Exception {
        try (ServerSocket taken = taken()) {
            JsonObject listener = config().put("listeners", new JsonArray().add(port(taken.getLocalPort())));
            run(GyreProcess.write(directory, listener))
                    .says(1, "listener 127.0.0.1:" + taken.getLocalPort(), "in use");
            JsonObject admin = config().put("admin", port(taken.getLocalPort()));
            run(GyreProcess.write(directory, admin))
                    .says(1, "admin 127.0.0.1:" + taken.getLocalPort(), "in use");
        }
    }

    @Test
    void anAddressThatIsNotOfThisMachine() throws Exception {
        JsonObject listener = config().put("listeners", new JsonArray()
                .add(new JsonObject().put("host", "192.0.2.1").put("port", 18_080)));
        run(GyreProcess.write(directory, listener)).says(1, "listener 192.0.2.1:18080");
    }

    @Test
    void aDataDirectoryThatCannotBeOne() throws Exception {
        Path occupied = Files.writeString(directory.resolve("occupied"), "a file");
        run(GyreProcess.write(directory, config().put("data", occupied.toString())))
                .says(1, "data ", "occupied");
        // Not even root can make a directory there.
        run(GyreProcess.write(directory, config().put("data", "/proc/gyre"))).says(1, "data /proc/gyre");
    }

    @Test
    void anAdminPortForEverybodyWithoutAToken() throws Exception {
        JsonObject admin = new JsonObject().put("host", "0.0.0.0").put("port", 0);
        run(GyreProcess.write(directory, config().put("admin", admin))).says(2, "admin.token", "loopback");
    }

    @Test
    void whatTheClassicCommandKnowsOfClustersAndGyreHasInItsConfig() throws Exception {
        Path config = GyreProcess.write(directory, config());
        end("run", "dev.gyre.MainVerticle", "-conf", config.toString(), "-cluster-port", "5701")
                .says(2, "-cluster-port", "\"cluster\" in the config");
    }

    @Test
    void aClusterPortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            JsonObject cluster = new JsonObject().put("port", taken.getLocalPort());
            Path config = GyreProcess.write(directory, config().put("cluster", cluster));
            end("run", "dev.gyre.MainVerticle", "-conf", config.toString(), "-cluster")
                    .says(1, "cluster 127.0.0.1:" + taken.getLocalPort(), "address already in use");
        }
    }

    @Test
    void wordsThatAreNoCommand() throws Exception {
        end("rnu").says(2, "unknown command: rnu (did you mean \"run\"? known: run, demo, check, admin");
        end("backend", "list").says(2, "unknown command: backend (did you mean \"admin backend\"? known: ");
        end("serve").says(2, "unknown command: serve (known: run, demo");
        end("demo", "now").says(2, "demo: now");
        end("check").says(2, "check: no file (expected: -conf FILE)");
        end("check", "gyre.json").says(2, "check: \"gyre.json\" (expected: -conf FILE)");
        end("run", "dev.gyre.MainVerticle", "-conf").says(2, "-conf");
        end("run", "dev.gyre.MainVerticle", "-conf", "{ \"web\" }")
                .says(2, "-conf, line 1, column ", "expected: ");
        end("run", "dev.gyre.MainVerticle", "gyre.json")
                .says(2, "run: gyre.json: one word too many (expected: run dev.gyre.MainVerticle -conf "
                        + "FILE)");
    }

    @Test
    void aVerticleOrOptionThatDoesNotExist() throws Exception {
        Path config = GyreProcess.write(directory, config());
        end("run", "dev.gyre.MainVertical", "-conf", config.toString()).says(2, "dev.gyre.MainVertical");
        end("run", "dev.gyre.MainVerticle", "-conf", config.toString(), "-intsances", "2")
                .says(2, "-intsances");
    }

    @Test
    void anUnknownTransport() throws Exception {
        Path config = GyreProcess.write(directory, config());
        try (GyreProcess process = GyreProcess.start(List.of("-Dgyre.transport=eepoll"),
                List.of("run", "dev.gyre.MainVerticle", "-conf", config.toString()))) {
            new End(process.exitCode(), process.output())
                    .says(2, "gyre.transport", "\"eepoll\"", "io_uring, epoll or nio");
        }
    }

    @Test
    void whatIsAskedForIsToldWithoutFailing() throws Exception {
        End none = end();
        assertThat(none.exitCode()).as("no command at all").isEqualTo(2);
        assertThat(none.lines())
                .anySatisfy(line -> assertThat(line).contains("run dev.gyre.MainVerticle -conf"));
        End help = end("--help");
        assertThat(help.exitCode()).isZero();
        assertThat(help.lines())
                .anySatisfy(line -> assertThat(line).contains("run dev.gyre.MainVerticle -conf"));
        End version = end("--version");
        assertThat(version.exitCode()).isZero();
        assertThat(version.lines()).singleElement().asString().startsWith("gyre 0.").contains("JDK");
        End runHelp = end("run", "--help");
        assertThat(runHelp.exitCode()).isZero();
        assertThat(runHelp.lines()).anySatisfy(line -> assertThat(line).contains("-conf"));
        assertThat(String.join("\n", runHelp.lines())).doesNotContain("Exception");
        End check = end("check", "-conf", GyreProcess.write(directory, config()).toString());
        assertThat(check.exitCode()).isZero();
        assertThat(check.lines()).isNotEmpty();
    }
}
