package dev.gyre.api;

import static dev.gyre.api.Doors.command;
import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.get;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.Doors.Answer;
import dev.gyre.api.Doors.Said;
import dev.gyre.registry.Entry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A person who asks what happened must be told who did it, what it was, and how to take it back. */
class HistoryDoorsTest {

    private Doors doors;
    private String first;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(web(A, B), Optional.empty());
        first = doors.node.registry.topology().version();
        doors.node.clock.step(Duration.ofDays(1));
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    private JsonObject latest() throws Exception {
        return doors.bus(command("history")).reply().getJsonArray("changes").getJsonObject(0);
    }

    private static JsonObject weight(int weight) {
        return command("backend.weight", "service", "web", "url", A.toString(), "weight", weight);
    }

    @Test
    void theDoorAndWhoStoodInItAreTold() throws Exception {
        doors.http(weight(2));
        assertThat(latest().getString("who")).isEqualTo("via http from 127.0.0.1");
        doors.http(weight(3).put("by", "cron on db-1"));
        assertThat(latest().getString("who")).isEqualTo("cron on db-1 via http from 127.0.0.1");
        doors.bus(weight(4).put("by", "Zoë"));
        assertThat(latest().getString("who")).isEqualTo("Zoë via bus");
        doors.cli("backend", "weight", "web", A.toString(), "5");
        assertThat(latest().getString("who")).isEqualTo("alice@laptop via http from 127.0.0.1");
        assertThat(latest()).isEqualTo(new JsonObject()
                .put("version", doors.node.registry.topology().version())
                .put("time", "2026-03-02T12:00:00.000Z")
                .put("who", "alice@laptop via http from 127.0.0.1").put("layer", "operator")
                .put("node", "node-a").put("nodeId", doors.node.registry.nodeId())
                .put("what", "web/http://10.0.0.5:9001 changes its weight from 4 to 5")
                .put("fields", new JsonArray().add(new JsonObject().put("kind", "backend")
                        .put("name", "web http://10.0.0.5:9001").put("layer", "operator")
                        .put("field", "weight").put("before", 4).put("after", 5))));
    }

    @Test
    void whatALayerHidesIsWhatWasThereBefore() throws Exception {
        doors.node.clock.step(Duration.ofMillis(7));
        doors.bus(command("service.put", "service", "web", "pool",
                new JsonObject().put("maxConnections", 78)));
        assertThat(latest().getString("what"))
                .isEqualTo("service \"web\" changed: pool.maxConnections 512 → 78");
        assertThat(latest().getString("time")).isEqualTo("2026-03-02T12:00:00.007Z");
        JsonObject field = new JsonObject().put("kind", "service").put("name", "web")
                .put("layer", "operator").put("field", "pool.maxConnections");
        assertThat(latest().getJsonArray("fields")).containsExactly(field.copy().put("before", 512)
                .put("after", 78).put("beforeUnset", true));
        doors.bus(command("service.reset", "service", "web"));
        assertThat(latest().getString("what"))
                .isEqualTo("service \"web\" handed back to config: pool.maxConnections 78 → 512");
        assertThat(latest().getJsonArray("fields")).containsExactly(field.copy().put("before", 78)
                .put("after", 512).put("afterUnset", true));
    }

    @Test
    void aChangeWhoseTimeNobodyWroteDownHasNone() throws Exception {
        get(doors.node.registry.merge(List.of(Entry.fromJson(new JsonObject().put("layer", "config")
                .put("kind", "change").put("name", "000000000000-0000-00000000000000aa")
                .put("stamp", "000000000000-0000-00000000000000aa").put("value", new JsonObject()
                        .put("who", "config").put("node", "old").put("what", "config declared")
                        .put("version", "0"))))));
        JsonArray changes = doors.bus(command("history")).reply().getJsonArray("changes");
        assertThat(changes.getJsonObject(1).getString("node")).isEqualTo("old");
        assertThat(changes.getJsonObject(1).containsKey("time")).isFalse();
        assertThat(doors.cli("history").out()).doesNotContain("1970").contains("\n-  ");
    }

    @Test
    void changesAreListedByTheirTimeWhoeverMadeThem() throws Exception {
        doors.bus(weight(2));
        get(doors.node.registry.merge(List.of(Entry.fromJson(new JsonObject().put("layer", "config")
                .put("kind", "change").put("name", "000000000000-0000-00000000000000aa")
                .put("fields", new JsonObject().put("record", new JsonArray()
                        .add("000000000000-0000-00000000000000aa").add(new JsonObject().put("who", "config")
                                .put("node", "late").put("what", "config declared").put("version", "1")
                                .put("time", doors.node.clock.instant().plusSeconds(1).toEpochMilli()))))))));
        assertThat(doors.bus(command("history")).reply().getJsonArray("changes").stream()
                .map(change -> ((JsonObject) change).getString("node")))
                .containsExactly("late", "node-a", "node-a");
    }

    @Test
    void aNameThatWouldSpoilTheHistoryIsRefused() throws Exception {
        for (Object by : new Object[] {"", "a\nb", "\u001b[2J", "x\u202ey", "x".repeat(101), 5}) {
            Answer answer = doors.bus(weight(2).put("by", by));
            assertThat(answer.code()).as("%s", by).isEqualTo(400);
            assertThat(answer.refusal()).startsWith("by: ")
                    .endsWith("(expected: who gives the command, 1..100 characters, no control characters)");
        }
        assertThat(doors.bus(weight(2).put("by", "x".repeat(100))).code()).isEqualTo(200);
    }

    @Test
    void theCommandLineSendsAnyUsersNameInAFormTheNodeTakes() throws Exception {
        Said said = Doors.cli(Map.of(), "al\u0007ice@" + "x".repeat(200), List.of("backend", "weight", "web",
                A.toString(), "5", "--node", "127.0.0.1:" + doors.server.port()));
        assertThat(said.exit()).as(said.toString()).isZero();
        assertThat(latest().getString("who")).startsWith("al?ice@xxx");
    }

    @Test
    void theCommandLineShowsTheHistoryAsATable() {
        doors.cli("backend", "weight", "web", A.toString(), "5");
        List<String> lines = doors.cli("history").out().lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).startsWith("time                      version");
        assertThat(lines.get(1)).startsWith("2026-03-02T12:00:00.000Z  ")
                .contains("  alice@laptop via http from ")
                .endsWith("  node-a  web/http://10.0.0.5:9001 changes its weight from 1 to 5");
        assertThat(lines.get(2)).startsWith("2026-03-01T12:00:00.000Z  " + first + "  config ");
        assertThat(doors.cli("history", "--limit", "1").out().lines()).hasSize(2);
    }

    @Test
    void aDifferenceIsToldInWordsAndAsJson() throws Exception {
        doors.bus(command("service.put", "service", "web", "pool", new JsonObject().put("maxQueue", 7),
                "timeouts", new JsonObject().put("request", "9s"),
                "backends", new JsonArray().add("http://10.0.0.9:9001")));
        doors.bus(command("route.put", "service", "web", "path", "/v1/*", "force", true));
        doors.bus(command("backend.remove", "service", "web", "url", B.toString()));
        doors.bus(command("backend.drain", "service", "web", "url", A.toString()));
        String now = doors.node.registry.topology().version();
        Said said = doors.cli("diff", first.substring(0, 6), now);
        assertThat(said.out()).isEqualTo("between " + first + " and " + now + ":\n" + """
                service "web" changes pool.maxQueue from 1024 to 7
                service "web" changes timeouts.request from none to 9s
                web/http://10.0.0.5:9001 changes state from up to draining
                web/http://10.0.0.6:9001 removed
                web/http://10.0.0.9:9001 added, state up, weight 1
                route */v1/* added, service web
                """);
        JsonArray json = doors.bus(command("diff", "from", first)).reply().getJsonArray("differences");
        assertThat(json.getJsonObject(0)).isEqualTo(new JsonObject().put("thing", "service")
                .put("service", "web").put("change", "changed").put("field", "pool.maxQueue")
                .put("from", 1024).put("to", 7)
                .put("what", "service \"web\" changes pool.maxQueue from 1024 to 7"));
        assertThat(json.getJsonObject(3)).isEqualTo(new JsonObject().put("thing", "backend")
                .put("service", "web").put("url", B.toString()).put("change", "removed")
                .put("from", new JsonObject().put("state", "up").put("weight", 1))
                .put("what", "web/http://10.0.0.6:9001 removed"));
        assertThat(doors.cli("diff", now).out())
                .isEqualTo("nothing differs between " + now + " and " + now + "\n");
    }

    @Test
    void whatCanBeReadIsAlsoReadByGet() throws Exception {
        doors.http(weight(2));
        JsonObject diff = new JsonObject(doors.send(doors.request("/api/diff?from=" + first)).body());
        assertThat(diff).isEqualTo(doors.http(command("diff", "from", first)).reply());
        JsonObject history = new JsonObject(doors.send(doors.request("/api/history?limit=1")).body());
        assertThat(history.getJsonArray("changes")).hasSize(1);
        assertThat(doors.send(doors.request("/api/diff")).body())
                .contains("from: missing (expected: a version, or its first characters");
        assertThat(doors.send(doors.request("/api/diff?from=zz")).statusCode()).isEqualTo(404);
    }

    @Test
    void aRollbackSaysWhatItDid() {
        doors.cli("backend", "weight", "web", A.toString(), "5");
        assertThat(doors.cli("rollback", first)).isEqualTo(new Said(0, "rolled back to version " + first
                + " of 2026-03-01T12:00:00Z (after: config declared): web/http://10.0.0.5:9001"
                + " weight 5 → 1\n", ""));
        assertThat(doors.cli("rollback", first).out())
                .isEqualTo("everything is as at version " + first + " already (no change)\n");
        assertThat(doors.cli("rollback", "zz").err()).startsWith("refused (404): no version \"zz\" in the");
    }
}
