package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.NetworkLab;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two commands for other fields of one resource, at two nodes at once: both hold, connected or parted. */
class PairsAtOnceTest {

    @TempDir
    Path directory;

    @Test
    void bothHold() throws Exception {
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin).start()) {
            for (int round = 0; round < 20; round++) {
                prepare(nodes, round);
                inPairs(nodes, round);
                nodes.awaitSameView();
                assertBothHold(nodes, round);
            }
        }
    }

    @Test
    void bothHoldOnceAPartitionHasHealed() throws Exception {
        try (NetworkLab lab = NetworkLab.of(3);
             Origin origin = Origin.at(InetAddress.getByName(lab.origins()),
                     exchange -> exchange.respond(200, "hello")).withoutRecording();
             ClusterNodes nodes = ClusterNodes.in(lab, directory, origin).start()) {
            prepare(nodes, 0);
            lab.split(0, 0, 1);
            ClusterNodes.awaitSize(nodes.node(0), 2);
            ClusterNodes.awaitSize(nodes.node(2), 1);
            inPairs(nodes, 0);
            lab.heal();
            nodes.awaitTogether();
            nodes.awaitSameView();
            assertBothHold(nodes, 0);
        }
    }

    private static String url(String what, int round) {
        return "http://" + what + ":" + (round + 1);
    }

    private static JsonObject put(int round, String field, int value) {
        return new JsonObject().put("command", "service.put").put("service", "s" + round)
                .put("pool", new JsonObject().put(field, value));
    }

    private static void prepare(ClusterNodes nodes, int round) throws Exception {
        Admin admin = nodes.node(0).admin();
        admin.command(Writer.spare("add", url("drained", round)));
        admin.command(Writer.spare("add", url("removed", round)));
        admin.command(put(round, "maxConnections", 10));
        nodes.awaitSameView();
    }

    private static void inPairs(ClusterNodes nodes, int round) {
        Admin one = nodes.node(round % 2).admin();
        Admin other = nodes.node(2).admin();
        atOnce(one, Writer.spare("drain", url("drained", round)),
                other, Writer.spare("weight", url("drained", round), "weight", 9));
        atOnce(one, new JsonObject().put("command", "service.hold").put("service", "s" + round)
                .put("for", "10m"), other, put(round, "maxConnections", 300 + round));
        atOnce(one, put(round, "maxQueue", 200 + round),
                other, new JsonObject().put("command", "service.put").put("service", "s" + round)
                        .put("timeouts", new JsonObject().put("connect", "2s")));
        atOnce(one, Writer.spare("remove", url("removed", round)),
                other, Writer.spare("weight", url("removed", round), "weight", 9));
    }

    private static void atOnce(Admin one, JsonObject first, Admin other, JsonObject second) {
        List<CompletableFuture<Admin.Reply>> replies = new ArrayList<>();
        replies.add(CompletableFuture.supplyAsync(() -> post(one, first)));
        replies.add(CompletableFuture.supplyAsync(() -> post(other, second)));
        assertThat(replies.get(0).join().status()).as("%s: %s", first, replies.get(0).join()).isEqualTo(200);
        boolean removed = first.getString("command").equals("backend.remove");
        assertThat(replies.get(1).join().status()).as("%s: %s", second, replies.get(1).join())
                .isIn(removed ? List.of(200, 404) : List.of(200));
    }

    private static Admin.Reply post(Admin admin, JsonObject command) {
        try {
            return admin.post(command);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void assertBothHold(ClusterNodes nodes, int round) throws IOException {
        for (ClusterNode node : nodes.all()) {
            JsonObject drained = node.backends("spare").get(url("drained", round));
            assertThat(drained.getString("state")).as("%s", drained).isEqualTo("draining");
            assertThat(drained.getInteger("weight")).as("%s", drained).isEqualTo(9);
            assertThat(node.backends("spare")).doesNotContainKey(url("removed", round));
            JsonObject service = node.view().getJsonObject("services").getJsonObject("s" + round);
            assertThat(service.getString("heldUntil")).as("%s", service).isNotNull();
            assertThat(service.getJsonObject("pool").getInteger("maxConnections")).isEqualTo(300 + round);
            assertThat(service.getJsonObject("pool").getInteger("maxQueue")).isEqualTo(200 + round);
            assertThat(service.getJsonObject("timeouts").getString("connect")).isEqualTo("2s");
        }
    }
}
