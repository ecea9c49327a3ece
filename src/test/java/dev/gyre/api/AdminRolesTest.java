package dev.gyre.api;

import static dev.gyre.api.Doors.command;
import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.C;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.Settings.AdminToken;
import dev.gyre.kit.LogLines;
import dev.gyre.model.Role;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may do what on the admin port, who is kept waiting, and what is written down of it. */
class AdminRolesTest {

    private static final JsonObject ADD = command("backend.add", "service", "web", "url", C.toString());
    private Doors doors;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(web(A, B), List.of(new AdminToken("token", Role.OPERATE, "0perate"),
                new AdminToken("grafana", Role.READ, "r3ad"), new AdminToken("ci", Role.OPERATE, "c1")));
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    private HttpRequest.Builder as(String token, String path) {
        return doors.request(path).header("Authorization", "Bearer " + token);
    }

    private HttpRequest.Builder post(String token, JsonObject command) {
        return as(token, "/api/commands").header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(command.encode()));
    }

    private int status(HttpRequest.Builder request) throws Exception {
        return doors.send(request).statusCode();
    }

    @Test
    void aReaderReadsEverythingAndChangesNothing() throws Exception {
        for (String path : List.of("/api/backends", "/api/topology", "/api/history", "/metrics")) {
            assertThat(status(as("r3ad", path))).as(path).isEqualTo(200);
        }
        assertThat(status(post("r3ad", command("backend.list")))).isEqualTo(200);
        HttpResponse<String> refused = doors.send(post("r3ad", ADD));
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("the token grafana may read only");
        assertThat(doors.node.registry.topology().services().get("web").backends()).hasSize(2);
        assertThat(status(post("c1", ADD))).isEqualTo(200);
    }

    @Test
    void everyCommandThatIsNoListingNeedsTheRoleOperate() throws Exception {
        Set<String> allowed = new TreeSet<>();
        for (String name : doors.commands()) {
            if (status(post("r3ad", command(name))) != 403) {
                allowed.add(name);
            }
        }
        assertThat(allowed).containsExactly("backend.list", "cluster.status", "diff", "history", "node.list",
                "route.list", "service.list", "topology.get");
    }

    @Test
    void guessingIsSlowedAndNobodyElseIs() throws Exception {
        for (int i = 0; i < 4; i++) {
            assertThat(status(as("guess" + i, "/api/nodes"))).isEqualTo(401);
        }
        HttpResponse<String> slowed = doors.send(as("0perate", "/api/nodes"));
        assertThat(slowed.statusCode()).isEqualTo(429);
        assertThat(slowed.headers().firstValue("Retry-After")).contains("1");
        doors.nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(status(as("0perate", "/api/nodes"))).isEqualTo(200);
    }

    @Test
    void aPageOfAnotherSiteChangesNothing() throws Exception {
        String here = "http://127.0.0.1:" + doors.server.port();
        for (String[] header : new String[][] {{"Origin", "http://evil.example"}, {"Origin", "null"},
            {"Origin", "http://127.0.0.1:1"}, {"Sec-Fetch-Site", "cross-site"},
            {"Sec-Fetch-Site", "same-site"}}) {
            assertThat(status(post("0perate", ADD).header(header[0], header[1]))).as(header[1])
                    .isEqualTo(403);
        }
        assertThat(status(post("0perate", ADD).header("Origin", here)
                .header("Sec-Fetch-Site", "same-origin"))).isEqualTo(200);
        HttpResponse<String> preflight = doors.send(doors.request("/api/commands")
                .header("Origin", "http://evil.example").header("Access-Control-Request-Method", "POST")
                .method("OPTIONS", BodyPublishers.noBody()));
        assertThat(preflight.statusCode()).isEqualTo(403);
        assertThat(preflight.headers().map()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void eachCommandIsWrittenDownOnce() throws Exception {
        try (LogLines log = LogLines.capture()) {
            doors.send(post("c1", ADD.copy().put("by", "alice")));
            doors.send(post("r3ad", ADD));
            doors.bus(ADD);
            doors.bus(command("backend.add", "service", "wep", "url", C.toString()));
            doors.bus(command("backend.add", "service", "web", "url", "http://me:hunter2@a:1"));
            doors.bus(command("x\ngyre.audit - forged"));
            List<String> lines = log.with("gyre.audit").stream()
                    .map(line -> line.substring(line.indexOf("gyre.audit"))).toList();
            String add = "backend.add service=web url=" + C;
            assertThat(lines).hasSize(6);
            assertThat(lines.get(0)).matches("gyre.audit - alice via http from 127.0.0.1 with token ci: \\Q"
                    + add + "\\E -> ok, version \\S+");
            assertThat(lines.get(1)).startsWith("gyre.audit - via http from 127.0.0.1 with token grafana: "
                    + add + " -> refused 403: ");
            assertThat(lines.get(2)).startsWith("gyre.audit - via bus: " + add + " -> ok, nothing to change");
            assertThat(lines.get(3)).contains("service=wep", " -> refused 404: no service \"wep\"");
            assertThat(lines.get(4)).endsWith("via bus: backend.add -> refused 400");
            assertThat(lines.get(5)).endsWith("via bus: \"x?gyre.audit - forged\" -> refused 400");
            assertThat(log.text()).doesNotContain("hunter2");
        }
    }

    @Test
    void nothingThatIsSentLooksLikeAnOutcome() throws Exception {
        try (LogLines log = LogLines.capture()) {
            doors.send(post("c1", ADD.copy().put("by", "eve -> ok, version 7")));
            doors.bus(command("x -> ok, version 7"));
            doors.bus(command("backend.drain", "service", "a\" -> ok, version 7", "url", C.toString()));
            doors.bus(command("backend.drain", "service", "we -> ok", "url", C.toString(), "by",
                    "bob via bus: backend.add service=web"));
            List<String> lines = log.with("gyre.audit").stream()
                    .map(line -> line.substring(line.indexOf("gyre.audit - ") + 13)).toList();
            assertThat(lines).hasSize(4).allSatisfy(line -> assertThat(line.split("->")).hasSize(2));
            assertThat(lines.get(0)).startsWith("\"eve - > ok, version 7\" via http from 127.0.0.1 with token"
                    + " ci: backend.add ").contains(" -> ok, ");
            assertThat(lines.get(1)).isEqualTo("via bus: \"x - > ok, version 7\" -> refused 400");
            assertThat(lines.get(2)).contains("service=\"a\\\" - > ok, version 7\" ", " -> refused 404: ");
            assertThat(lines.get(3)).startsWith("\"bob via bus: backend.add service=web\" via bus: ");
        }
    }

    @Test
    void aPageThatAsksAllTheTimeLeavesOneLineAMinuteThatCounts() throws Exception {
        try (LogLines log = LogLines.capture()) {
            for (int i = 0; i < 5; i++) {
                assertThat(status(post("0perate", ADD).header("Origin", "http://evil.example")))
                        .isEqualTo(403);
            }
            assertThat(log.with("another site's page")).hasSize(1);
            doors.nanos.addAndGet(Duration.ofMinutes(1).toNanos());
            status(post("0perate", ADD).header("Origin", "http://evil.example"));
            assertThat(log.with("another site's page")).hasSize(2).last().asString()
                    .endsWith("; 4 more since the last such line");
        }
    }

    @Test
    void whoWasTurnedAwayIsWrittenDown() throws Exception {
        try (LogLines log = LogLines.capture()) {
            doors.send(as("wr0ng", "/api/topology"));
            assertThat(log.with("gyre.audit")).singleElement().asString()
                    .contains("GET /api/topology via http from 127.0.0.1 -> refused 401: ");
            assertThat(log.text()).doesNotContain("wr0ng");
        }
    }
}
