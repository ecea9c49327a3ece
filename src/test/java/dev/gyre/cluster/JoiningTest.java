package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** What a node and its operator are told when somebody comes, goes, or must not come. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class JoiningTest {

    @TempDir
    Path directory;

    /** For the tests that leave it whole, and the one that comes after them. */
    private static ClusterNodes three;
    private static Origin theirs;

    private final Origin origin = Origin.saying("hello");
    private ClusterNodes nodes;

    @BeforeAll
    static void configure(@TempDir Path directory) {
        theirs = Origin.saying("hello");
        three = ClusterNodes.onLoopback(directory, 3, theirs);
        three.node(0).config().put("node", new JsonObject().put("name", "edge-1"));
    }

    @AfterAll
    static void closeThree() {
        three.close();
        theirs.close();
    }

    @AfterEach
    void close() {
        if (nodes != null) {
            nodes.close();
        }
        origin.close();
    }

    private ClusterNodes of(int count) {
        nodes = ClusterNodes.onLoopback(directory, count, origin);
        return nodes;
    }

    private static void start(ClusterNode node) throws Exception {
        node.start();
        node.awaitReady();
    }

    private static List<String> rows(ClusterNode node, String state) throws IOException {
        return node.ask("node.list").getJsonArray("nodes").stream().map(JsonObject.class::cast)
                .filter(row -> row.getString("state").equals(state)).map(row -> row.getString("address"))
                .toList();
    }

    private static String address(ClusterNode node) {
        return node.place().cluster() + ":" + ClusterNode.CLUSTER_PORT;
    }

    @Test
    void aMemberThatIsNotThereIsNamedByEverything() throws Exception {
        of(3);
        ClusterNode here = nodes.node(0);
        ClusterNode leaving = nodes.node(1);
        start(here);
        start(leaving);
        ClusterNodes.awaitSize(here, 2);
        Await.until("both to hold the same", () -> here.ask("cluster.status").getString("summary")
                .contains("the two agree"));
        JsonObject status = here.ask("cluster.status");
        String never = address(nodes.node(2));
        assertThat(status.getBoolean("agree")).isFalse();
        assertThat(status.getBoolean("complete")).isFalse();
        assertThat(status.getString("summary")).startsWith("2 of 3 members: no heartbeat since the start")
                .contains(never + "; the two agree: view");
        assertThat(rows(here, "missing")).containsExactly(never);
        assertThat(here.admin().metric("gyre_cluster_expected_members")).isEqualTo(3);
        assertThat(here.admin().metric("gyre_cluster_missing_members")).isEqualTo(1);
        leaving.stop();
        Await.until("its farewell", () -> here.text().contains("member left "));
        assertThat(rows(here, "missing")).containsExactlyInAnyOrder(never, address(leaving));
        assertThat(here.ask("cluster.status").getString("summary")).contains("1 of 3 members: ")
                .contains("no heartbeat for").doesNotContain("agree");
        start(leaving);
        leaving.kill();
        Await.until("its loss", () -> here.text().contains("member lost "));
        assertThat(here.text().lines().filter(line -> line.contains("member joined ")).count()).isEqualTo(2);
    }

    @Test
    @Order(Integer.MAX_VALUE)
    void whoStopsSaysNothingOfAnException() throws Exception {
        three.complete();
        for (ClusterNode node : three.all()) {
            node.terminate();
        }
        for (ClusterNode node : three.all()) {
            Await.until("the end", () -> node.text().contains(" stopped"));
            assertThat(node.text()).doesNotContain("Exception").doesNotContain("\tat ");
            node.awaitStopped();
        }
    }

    @Test
    void aCopiedDataDirectoryIsRefusedAtTheStart() throws Exception {
        of(2);
        ClusterNode first = nodes.node(0);
        ClusterNode copy = nodes.node(1);
        start(first);
        Files.createDirectories(copy.data());
        for (String file : List.of("node-id", "topology.json")) {
            Files.copy(first.data().resolve(file), copy.data().resolve(file));
        }
        // Of two that start together either may be refused.
        Await.pass(Duration.ofMillis(JoinCheck.SAME_MILLIS));
        copy.start();
        String id = Files.readString(first.data().resolve("node-id")).strip();
        Await.until("its refusal", () -> copy.text().contains("is in use by node "));
        assertThat(copy.text()).contains("node id " + id + " is in use by node ")
                .contains(" at " + address(first) + ": delete the file node-id of the copied directory "
                        + copy.data());
        assertThat(copy.awaitRefused()).isEqualTo(2);
        assertThat(first.text()).doesNotContain("joining again").doesNotContain("ERROR");
    }

    @Test
    void aNodeThatComesBackAfterACrashIsNoTwinOfItself() throws Exception {
        three.complete();
        three.node(1).kill();
        three.restart(three.node(1));
        for (ClusterNode node : three.all()) {
            assertThat(node.text()).doesNotContain("is in use by node");
        }
    }

    @Test
    void aWrongSecretIsToldToWhoHasItAndDisturbsNobody() throws Exception {
        of(2);
        ClusterNode right = nodes.node(0);
        ClusterNode wrong = nodes.node(1);
        wrong.config().put("cluster", new JsonObject().put("secret", "another-secret"));
        start(right);
        right.admin().command(Writer.spare("add", "http://10.9.0.1:1"));
        JsonObject before = right.view();
        start(wrong);
        Await.until("its error", () -> wrong.text().contains("cluster.secret differs from that of"));
        assertThat(wrong.text()).contains(address(right));
        JsonObject status = wrong.ask("cluster.status");
        assertThat(status.getBoolean("joined")).isFalse();
        assertThat(status.getBoolean("agree")).isFalse();
        assertThat(status.getString("summary")).startsWith("not joined: cluster.secret differs");
        assertThat(wrong.readiness()).contains("not joined: cluster.secret differs");
        assertThat(wrong.admin().metric("gyre_cluster_joined")).isZero();
        assertThat(right.ask("cluster.status").getInteger("nodes")).isEqualTo(1);
        assertThat(right.text()).doesNotContain("joining again");
        assertThat(right.view()).isEqualTo(before);
        right.admin().command(Writer.spare("add", "http://10.9.0.2:1"));
    }

    @Test
    void aLoneNodeBesideAMemberWithAnotherSecretIsNotDeaf() throws Exception {
        of(1);
        start(nodes.node(0));
        try (RogueMember rogue = RogueMember.among(nodes)) {
            String heartbeat = "00 " + new JsonObject().put("member", rogue.busId()).encode();
            // Longer than a deaf node's patience.
            for (int second = 0; second < 15; second++) {
                rogue.vertx().eventBus().publish("gyre.hellos.2", heartbeat);
                Await.pass(Duration.ofSeconds(1));
            }
            assertThat(nodes.node(0).ask("cluster.status").getJsonArray("otherSecrets"))
                    .isEqualTo(new JsonArray().add(rogue.address() + ":5701"));
            assertThat(nodes.node(0).text()).doesNotContain("joining again");
        }
    }

    @Test
    void aNodeIsCalledByItsNameInTheConfig() throws Exception {
        three.complete();
        assertThat(three.node(1).ask("node.list").getJsonArray("nodes").stream()
                .map(row -> ((JsonObject) row).getString("name"))).contains("edge-1");
        assertThat(three.node(1).text()).contains("member joined node=edge-1 ");
    }
}
