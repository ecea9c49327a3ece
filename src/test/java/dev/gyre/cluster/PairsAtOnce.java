package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Pairs of commands for other fields of one resource, given at two of three nodes at once. */
record PairsAtOnce(ClusterNodes nodes, int round) {

    private String url(String what) {
        return "http://" + what + ":" + (round + 1);
    }

    private JsonObject put(String field, int value) {
        return new JsonObject().put("command", "service.put").put("service", "s" + round)
                .put("pool", new JsonObject().put(field, value));
    }

    void prepare() throws Exception {
        Admin admin = nodes.node(0).admin();
        admin.command(Writer.spare("add", url("drained")));
        admin.command(Writer.spare("add", url("removed")));
        admin.command(put("maxConnections", 10));
        nodes.awaitSameView();
    }

    /** One of each pair at the third node. */
    void give() {
        Admin one = nodes.node(round % 2).admin();
        Admin other = nodes.node(2).admin();
        atOnce(one, Writer.spare("drain", url("drained")),
                other, Writer.spare("weight", url("drained"), "weight", 9));
        atOnce(one, new JsonObject().put("command", "service.hold").put("service", "s" + round)
                .put("for", "10m"), other, put("maxConnections", 300 + round));
        atOnce(one, put("maxQueue", 200 + round),
                other, new JsonObject().put("command", "service.put").put("service", "s" + round)
                        .put("timeouts", new JsonObject().put("connect", "2s")));
        atOnce(one, Writer.spare("remove", url("removed")),
                other, Writer.spare("weight", url("removed"), "weight", 9));
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

    void assertBothHold() throws IOException {
        for (ClusterNode node : nodes.all()) {
            JsonObject drained = node.backends("spare").get(url("drained"));
            assertThat(drained.getString("state")).as("%s", drained).isEqualTo("draining");
            assertThat(drained.getInteger("weight")).as("%s", drained).isEqualTo(9);
            assertThat(node.backends("spare")).doesNotContainKey(url("removed"));
            JsonObject service = node.view().getJsonObject("services").getJsonObject("s" + round);
            assertThat(service.getString("heldUntil")).as("%s", service).isNotNull();
            assertThat(service.getJsonObject("pool").getInteger("maxConnections")).isEqualTo(300 + round);
            assertThat(service.getJsonObject("pool").getInteger("maxQueue")).isEqualTo(200 + round);
            assertThat(service.getJsonObject("timeouts").getString("connect")).isEqualTo("2s");
        }
    }
}
