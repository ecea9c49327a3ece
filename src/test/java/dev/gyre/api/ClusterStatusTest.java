package dev.gyre.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.api.ClusterReport.MissingMember;
import dev.gyre.api.ClusterReport.OtherConfig;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.registry.Node;
import dev.gyre.registry.RegistryStatus;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** One line says whether the cluster is whole, and never says so when it is not. */
class ClusterStatusTest {

    private static final NodeInfo A = node("A", "1", "d");
    private static final NodeInfo B = node("B", "2", "d");

    private static NodeInfo node(String name, String id, String digest) {
        return new NodeInfo(name, id, name + ":5701", "0.1", Duration.ofSeconds(5), "v", Duration.ZERO,
                digest, false, Duration.ZERO, 0, Readiness.FULL);
    }

    private static ClusterReport report(int expected, List<MissingMember> missing) {
        return new ClusterReport(expected, missing, Optional.empty(), List.of(), List.of(), Map.of());
    }

    private static JsonObject ask(String command, ClusterReport report, NodeInfo... present)
            throws Exception {
        ClusterListings listings = new ClusterListings(new Nodes() {
            @Override
            public Optional<String> refusal(BackendUrl url) {
                return Optional.empty();
            }

            @Override
            public List<NodeInfo> list() {
                return List.of(present);
            }

            @Override
            public ClusterReport cluster() {
                return report;
            }

            @Override
            public Map<String, Long> refused() {
                return Map.of();
            }

            @Override
            public Future<List<NodeInFlight>> inFlight(BackendId backend) {
                return Future.succeededFuture(List.of());
            }
        }, () -> new RegistryStatus(Optional.empty(), 0, 0, Map.of(), List.of()));
        CommandFields fields = new CommandFields(new JsonObject().put("command", command), "test");
        return (command.equals("node.list") ? listings.nodes(fields) : listings.status(fields)).result();
    }

    private static String summary(ClusterReport report, NodeInfo... present) throws Exception {
        return ask("cluster.status", report, present).getString("summary");
    }

    @Test
    void aWholeClusterAgrees() throws Exception {
        JsonObject status = ask("cluster.status", report(2, List.of()), A, B);
        assertThat(status.getString("summary")).isEqualTo("2 nodes, all agree: view v");
        assertThat(status.getBoolean("agree")).isTrue();
        assertThat(summary(ClusterReport.ALONE, A)).isEqualTo("1 node, this one: view v");
    }

    @Test
    void whoIsMissingIsNamed() throws Exception {
        ClusterReport report = report(4, List.of(new MissingMember("C:5701", Duration.ofSeconds(40), true),
                new MissingMember("D:5701", Duration.ofSeconds(40), true)));
        JsonObject status = ask("cluster.status", report, A, B);
        assertThat(status.getString("summary")).isEqualTo("2 of 4 members: no heartbeat for 40s: C:5701,"
                + " D:5701; the two agree: view v");
        assertThat(status.getBoolean("agree")).isFalse();
        assertThat(status.getBoolean("complete")).isFalse();
        assertThat(summary(report, A, node("B", "2", "other")))
                .isEqualTo("2 of 4 members: no heartbeat for 40s:"
                + " C:5701, D:5701, 1 of them disagree with this one (view v): B (B:5701, view v)");
        JsonArray rows = ask("node.list", report, A, B).getJsonArray("nodes");
        assertThat(rows).hasSize(4).contains(new JsonObject().put("address", "C:5701")
                .put("state", "missing").put("unheard", "40s").put("ever", true));
    }

    @Test
    void whatIsWrongWithTheOthersIsSaidBehind() throws Exception {
        ClusterReport report = new ClusterReport(2, List.of(), Optional.empty(), List.of("E:5701"),
                List.of(new OtherConfig("2", "B", List.of("route */ service is a here and b there"))),
                Map.of("2", Duration.ofDays(1)));
        assertThat(summary(report, A, B)).isEqualTo("2 nodes, all agree: view v; another cluster.secret is in"
                + " use at E:5701; the config of B differs: route */ service is a here and b there; the clock"
                + " is ahead of the others' at B by 24h: commands are refused there");
    }

    @Test
    void aNodeThatIsKeptOutSaysWhyFirst() throws Exception {
        ClusterReport report = new ClusterReport(1, List.of(), Optional.of("another secret"), List.of(),
                List.of(), Map.of());
        JsonObject status = ask("cluster.status", report, A);
        assertThat(status.getString("summary")).startsWith("not joined: another secret; 1 node, this one");
        assertThat(status.getBoolean("joined")).isFalse();
        assertThat(status.getBoolean("agree")).isFalse();
    }

    @Test
    void aClockThatIsAheadKeepsChangesFromBeingMade() throws Exception {
        try (Doors doors = new Doors(Node.web(Node.A), Optional.empty())) {
            doors.clockTrouble = Optional.of("this node's clock is 1d ahead of node B: set it right");
            assertThat(doors.http(new JsonObject().put("command", "backend.list")).code()).isEqualTo(200);
            Doors.Answer refused = doors.http(new JsonObject().put("command", "service.put")
                    .put("service", "x"));
            assertThat(refused.code()).isEqualTo(503);
            assertThat(refused.refusal()).contains("set it right");
        }
    }
}
