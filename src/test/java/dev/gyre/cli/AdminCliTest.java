package dev.gyre.cli;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.Doors;
import dev.gyre.api.Doors.Said;
import dev.gyre.model.ConcurrencyStats;
import dev.gyre.model.Priority;
import io.vertx.core.json.JsonObject;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a person types, what it prints and how it exits. */
class AdminCliTest {

    private Doors doors;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(web(A, B), Optional.empty());
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    private static void misused(String message, String... args) {
        Said said = Doors.cli(Map.of(), List.of(args));
        assertThat(said.exit()).as(said.toString()).isEqualTo(2);
        assertThat(said.err()).startsWith("admin: " + message).contains("gyre admin --help");
        assertThat(said.out()).isEmpty();
    }

    @Test
    void aChangeIsOneSentence() {
        assertThat(doors.cli("backend", "add", "web", "http://10.0.0.9:9001", "--weight", "1"))
                .isEqualTo(new Said(0, "web/http://10.0.0.9:9001 added\n", ""));
        assertThat(doors.cli("backend", "add", "web", "http://10.0.0.9:9001"))
                .isEqualTo(new Said(0, "web/http://10.0.0.9:9001 is there already, weight 1 (no change)\n",
                ""));
        assertThat(doors.cli("backend", "drain", "web", A.toString(), "--wait", "--timeout", "30s"))
                .isEqualTo(new Said(0, "web/http://10.0.0.5:9001 drains until it is resumed; "
                        + "nothing is in flight any more\n", ""));
    }

    @Test
    void aListIsAnAlignedTable() {
        doors.sees("web", A, 12);
        doors.sees("web", B, 3);
        Said said = doors.cli("backend", "list", "web");
        assertThat(said.exit()).isZero();
        List<String> lines = said.out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("service  url                   weight  state  origin  inFlight");
        assertThat(lines.get(1)).startsWith("web      http://10.0.0.5:9001       1  up     config        12");
        assertThat(lines.get(2)).startsWith("web      http://10.0.0.6:9001       1  up     config         3");
        assertThat(doors.cli("topology", "get").out()).startsWith("version ")
                .contains("http://10.0.0.6:9001");
        assertThat(doors.cli("service", "list").out().lines()).hasSize(2);
        assertThat(doors.cli("node", "list").out().lines()).hasSize(2)
                .first().asString().endsWith("clockOffsetMs  capacity");
        assertThat(doors.cli("route", "list").out())
                .startsWith("no routes: everything goes to the only service");
    }

    @Test
    void aRefusalExitsWith1AndSaysWhy() {
        assertThat(doors.cli("backend", "resume", "wbe", A.toString())).isEqualTo(new Said(1, "",
                "refused (404): no service \"wbe\" (did you mean \"web\"? known: web)\n"));
    }

    @Test
    void policiesAreSetByDottedOptions() {
        Said said = doors.cli("service", "put", "web", "--pool.maxConnections", "100",
                "--pool.queueTimeout=2s",
                "--timeouts.request", "9s", "--json");
        JsonObject service = new JsonObject(said.out()).getJsonObject("service");
        assertThat(service.getJsonObject("pool").getInteger("maxConnections")).isEqualTo(100);
        assertThat(service.getJsonObject("pool").getString("queueTimeout")).isEqualTo("2s");
        assertThat(service.getJsonObject("pool").getInteger("maxQueue")).isEqualTo(1024);
        assertThat(service.getJsonObject("timeouts").getString("request")).isEqualTo("9s");
    }

    @Test
    void aLimitIsAWordANumberOrAnObject() {
        limited("{\"adaptive\":{\"min\":20,\"max\":1000,\"tolerance\":1.5}}", "--limit", "adaptive");
        limited("120", "--limit=120");
        limited("{\"adaptive\":{\"min\":5,\"max\":50,\"tolerance\":2.0}}", "--limit.adaptive.min", "5",
                "--limit.adaptive.max", "50", "--limit.adaptive.tolerance", "2");
        limited("off", "--limit", "off");
        assertThat(doors.cli("service", "put", "web", "--limit", "0").err())
                .contains("limit: 0 (expected: 1..1000000)");
    }

    private void limited(String written, String... options) {
        List<String> words = new ArrayList<>(List.of("service", "put", "web", "--json"));
        words.addAll(List.of(options));
        Said said = doors.cli(words.toArray(String[]::new));
        assertThat(said.exit()).as(said.toString()).isZero();
        assertThat(new JsonObject(said.out()).getJsonObject("service").getValue("limit").toString())
                .isEqualTo(written);
    }

    @Test
    void whatALimitDoesIsShownBelowTheServices() {
        doors.concurrency.put("web", new ConcurrencyStats(120, 7,
                Map.of(Priority.CRITICAL, 0L, Priority.NORMAL, 2L, Priority.SHEDDABLE, 40L)));
        assertThat(doors.cli("service", "list").out())
                .endsWith("web: limit 120, 7 requests in flight, 42 refused on this node\n");
        assertThat(doors.cli("route", "put", "web", "--path", "/batch/*", "--priority", "sheddable",
                "--force").out())
                .isEqualTo("route */batch/* leads to \"web\", with priority sheddable\n");
        assertThat(doors.cli("route", "list").out()).contains("path      service  priority   origin")
                .contains("/batch/*  web      sheddable  operator");
    }

    @Test
    void aNodeThatIsNotThereExitsWith3() throws Exception {
        int free;
        try (ServerSocket socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        Said said = Doors.cli(Map.of(), List.of("node", "list", "--node", "127.0.0.1:" + free));
        assertThat(said.exit()).isEqualTo(3);
        assertThat(said.err()).contains("no node answers at 127.0.0.1:" + free, "--node HOST:PORT")
                .doesNotContain("Exception");
    }

    @Test
    void aServerThatIsNoNodeExitsWith3() throws Exception {
        var other = dev.gyre.registry.Node.get(doors.node.vertx.createHttpServer()
                .requestHandler(request -> request.response().setStatusCode(404).end("<html>")).listen(0));
        Said said = Doors.cli(Map.of(), List.of("node", "list", "--node", "127.0.0.1:" + other.actualPort()));
        assertThat(said.exit()).isEqualTo(3);
        assertThat(said.err()).contains("is no admin port of Gyre (status 404)");
    }

    @Test
    void theTokenComesFromOptionFileOrEnvironment(@TempDir Path dir) throws Exception {
        doors.close();
        doors = new Doors(web(A), Optional.of("s3cret"));
        String node = "127.0.0.1:" + doors.server.port();
        String file = Files.writeString(dir.resolve("token"), "s3cret\n").toString();
        List<String> list = List.of("node", "list", "--node", node);
        Said refused = Doors.cli(Map.of(), list);
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).startsWith("refused (401): a token is needed")
                .contains("--token", "GYRE_TOKEN");
        assertThat(Doors.cli(Map.of("GYRE_TOKEN", "s3cret"), list).exit()).isZero();
        assertThat(doors.cli("node", "list", "--token", "s3cret").exit()).isZero();
        assertThat(doors.cli("node", "list", "--token-file", file).exit()).isZero();
        assertThat(doors.cli("node", "list", "--token=wrong").exit()).isEqualTo(1);
        misused("--token-file: /nowhere/at/all cannot be read", "node", "list", "--token-file",
                "/nowhere/at/all");
    }

    @Test
    void linesThatMakeNoSenseExitWith2() {
        misused("unknown command \"backend ad\" (did you mean \"backend add\"? known: ", "backend", "ad",
                "web");
        misused("unknown command \"backend\"", "backend");
        misused("which command?", "--json");
        misused("unknown option --wieght (did you mean \"--weight\"? known: ", "backend", "add", "web",
                "http://x", "--wieght", "1");
        misused("unknown option --ejection.for, renamed to --ejection.baseEjection", "service", "put", "web",
                "--ejection.for", "5s");
        misused("--balance and --balance.… exclude each other",
                "service", "put", "web", "--balance", "peak-ewma", "--balance.key", "cookie:a");
        misused("--sticky and --sticky.… exclude each other",
                "service", "put", "web", "--sticky.ttl", "1h", "--sticky", "off");
        misused("too few arguments (expected: backend add SERVICE URL [--weight N] [--zone …])",
                "backend", "add", "web");
        misused("too many arguments", "route", "list", "web");
        misused("--weight: \"heavy\" (expected: a whole number)", "backend", "add", "web", "http://x",
                "--weight", "heavy");
        misused("--weight needs a value", "backend", "add", "web", "http://x", "--weight", "--json");
        misused("--node: \"here\" (expected: host:port, e.g. 127.0.0.1:9090;", "node", "list", "--node",
                "here");
    }

    @Test
    void helpShowsEveryCommandWithAnExample() {
        Said said = Doors.cli(Map.of(), List.of("--help"));
        assertThat(said.exit()).isZero();
        for (CliCommand command : CliCommand.ALL) {
            assertThat(said.out())
                    .contains("\n  " + command.usage() + "\n", "gyre admin " + command.example());
        }
        assertThat(Doors.cli(Map.of(), List.of()).exit()).isEqualTo(2);
    }

    @Test
    void helpBehindACommandExplainsIt() {
        for (CliCommand command : CliCommand.ALL) {
            List<String> words = new ArrayList<>(List.of(command.typed().split(" ")));
            words.add("--help");
            Said said = Doors.cli(Map.of(), words);
            assertThat(said.exit()).as(said.toString()).isZero();
            assertThat(said.out()).startsWith("Usage: gyre admin " + command.usage() + "\n")
                    .contains(command.summary(), "--node=HOST:PORT", "  gyre admin " + command.example());
            command.options().forEach(option -> assertThat(said.out()).contains("--" + option.name()));
        }
        assertThat(Doors.cli(Map.of(), List.of("help", "backend", "drain")))
                .isEqualTo(Doors.cli(Map.of(), List.of("--help", "backend", "drain")));
        assertThat(Doors.cli(Map.of(), List.of("backend", "--help")).out())
                .contains("  drain     gives a backend no new requests\n");
    }

    @Test
    void whatWasLikelyMeantIsNamed() {
        meant("backend add", "backnd", "add", "web");
        meant("backend add", "add", "backend", "web");
        meant("backend add", "backend.add", "web");
        meant("backend drain", "drain", "web", A.toString());
        meant("node list", "nodes");
        meant("topology get", "topology");
        meant("rollback", "rollbak", "019d0c4f5a0");
        meant("completion bash", "completion", "zsh");
        meant("--weight", "backend", "add", "web", A.toString(), "-weight", "2");
        meant("--weight", "backend", "add", "web", A.toString(), "\u2014weight", "2");
        meant("--pool.maxConnections", "service", "put", "web", "--maxConnections", "9");
    }

    private static void meant(String meant, String... args) {
        Said said = Doors.cli(Map.of(), List.of(args));
        assertThat(said.exit()).as(said.toString()).isEqualTo(2);
        assertThat(said.err()).contains("(did you mean \"" + meant + "\"? known: ");
    }

    @Test
    void theCommandLineKnowsEveryCommandOfTheNode() {
        assertThat(CliCommand.ALL.stream().map(CliCommand::name)).containsExactlyInAnyOrderElementsOf(
                doors.commands());
    }

    @Test
    void everyExampleOfTheHelpIsUnderstood() throws Exception {
        for (CliCommand command : CliCommand.ALL) {
            List<String> words = List.of(command.example().replace("'", "").split(" "));
            assertThat(CliLine.parse(words).command().get("command")).isEqualTo(command.name());
        }
    }
}
