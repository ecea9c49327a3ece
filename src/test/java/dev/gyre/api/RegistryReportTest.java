package dev.gyre.api;

import static dev.gyre.api.Doors.command;
import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.declared;
import static dev.gyre.registry.Node.get;
import static dev.gyre.registry.Node.route;
import static dev.gyre.registry.Node.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.registry.Entry;
import dev.gyre.registry.Key;
import dev.gyre.registry.RegistryStatus;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that answers every request with 404, or cannot write, must not show all lights green. */
class RegistryReportTest {

    private static final String RULE = "no route, and 2 services (api, web): every request is answered 404;"
            + " add a route (route.put)";

    private Doors doors;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(declared(List.of(route("*", "/a", "api"), route("*", "/w", "web")),
                service("web", A), service("api", B)), Optional.empty());
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    /** As another node wrote it. */
    private void heard(String kind, String name, String field, Object value) throws Exception {
        get(doors.node.registry.merge(List.of(Entry.fromJson(new JsonObject().put("layer", "operator")
                .put("kind", kind).put("name", name).put("fields", new JsonObject().put(field,
                        new JsonArray().add("019ca9450a10-0000-00000000000000aa").add(value)))))));
    }

    private JsonObject status() throws Exception {
        return doors.bus(command("cluster.status")).reply();
    }

    private HttpResponse<String> ready() throws Exception {
        return doors.send(doors.request("/ready"));
    }

    private String metrics() throws Exception {
        return doors.send(doors.request("/metrics")).body();
    }

    @Test
    void whereAllIsWellNothingIsSaid() throws Exception {
        assertThat(ready().body()).isEqualTo("ready\n");
        assertThat(status().getString("summary")).startsWith("1 node, this one: view ").doesNotContain(";");
        assertThat(status().getJsonArray("brokenRules")).isEmpty();
        assertThat(metrics()).contains("\ngyre_registry_rules_broken 0\n", "\ngyre_registry_disk_trouble 0\n",
                "\ngyre_registry_owed_entries 0\n", "\ngyre_registry_writer_faults_total 0\n",
                "\ngyre_registry_unknown_entries 0\n");
    }

    @Test
    void aRuleThatTwoNodesBrokeTogetherIsSaidEverywhereUntilItHolds() throws Exception {
        doors.bus(command("route.remove", "path", "/a"));
        heard("route", "* /w", "present", false);
        assertThat(doors.node.registry.topology().routes()).isEmpty();
        assertThat(status().getString("summary")).endsWith("; rule broken: " + RULE);
        assertThat(status().getJsonArray("brokenRules")).containsExactly(RULE);
        assertThat(doors.cli("cluster", "status").out()).contains("rule broken: " + RULE);
        assertThat(ready().statusCode()).isEqualTo(200);
        assertThat(ready().body()).isEqualTo("ready\nrule broken: " + RULE + "\n");
        assertThat(metrics()).contains("\ngyre_registry_rules_broken 1\n");
        doors.ready.set(false);
        assertThat(ready().statusCode()).isEqualTo(503);
        assertThat(ready().body()).isEqualTo("not ready\nrule broken: " + RULE + "\n");
        doors.ready.set(true);

        assertThat(doors.bus(command("route.put", "service", "web")).code()).isEqualTo(200);
        whereAllIsWellNothingIsSaid();
    }

    @Test
    void whatIsNotUnderstoodIsCounted() throws Exception {
        heard("certificate", "example.com", "pem", "…");
        assertThat(ready().body()).isEqualTo("ready\nentries of a newer version, kept and passed on without"
                + " being understood: 1 (topology.get lists them)\n");
        assertThat(metrics()).contains("\ngyre_registry_unknown_entries 1\n");
        assertThat(doors.bus(command("node.list")).reply().getJsonArray("nodes").getJsonObject(0)
                .getInteger("notUnderstood")).isEqualTo(1);
        assertThat(status().getInteger("notUnderstood")).isEqualTo(1);
    }

    @Test
    void aFullDiskIsAReasonBesideReadyAndAMetric() {
        RegistryStatus full = new RegistryStatus(Optional.of("No space left on device"), 3, 2,
                Map.<Key, String>of(), List.of());
        assertThat(new RegistryReport(full).notes()).containsExactly("disk: No space left on device; commands"
                + " are refused at this node, and 3 entries of other nodes wait to be written");
        Exposition metrics = new Exposition(Exposition.Format.PROMETHEUS);
        RegistryMetrics.write(full, metrics);
        assertThat(metrics.text()).contains("\ngyre_registry_disk_trouble 1\n",
                "\ngyre_registry_owed_entries 3\n", "\ngyre_registry_writer_faults_total 2\n");
    }
}
