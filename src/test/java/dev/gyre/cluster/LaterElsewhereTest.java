package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that is given at another node right after one was acknowledged is judged by it, and wins. */
class LaterElsewhereTest {

    private static final int TIMES = 100;

    @TempDir
    Path directory;

    @Test
    void aHundredTimesWithoutAPause() throws Exception {
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin).start()) {
            for (int i = 0; i < TIMES; i++) {
                Admin first = nodes.node(i % 3).admin();
                Admin second = nodes.node((i + 1) % 3).admin();
                Admin third = nodes.node((i + 2) % 3).admin();
                String url = url(i);
                first.command(Writer.spare("add", url, "weight", 2));
                second.command(Writer.spare("remove", url));
                third.command(Writer.spare("add", url, "weight", 3));
                assertThat(weight(third, "spare", url)).as("weight %d", i).isEqualTo(3);
                first.command(Writer.spare("weight", url, "weight", 4));
                second.command(Writer.spare("weight", url, "weight", 5));
                assertThat(weight(second, "spare", url)).as("weight %d", i).isEqualTo(5);
                if (i % 10 == 0) {
                    String service = "new" + i;
                    third.command(new JsonObject().put("command", "service.put").put("service", service));
                    first.command(Writer.spare("add", url).put("service", service));
                    second.command(Writer.spare("weight", url, "weight", 6).put("service", service));
                }
            }
            nodes.awaitSameView();
            for (ClusterNode node : nodes.all()) {
                Map<String, JsonObject> held = node.backends("spare");
                assertThat(held).as("at %s", node).hasSize(TIMES);
                assertThat(held.values()).allSatisfy(row ->
                        assertThat(row.getInteger("weight")).as("%s", row).isEqualTo(5));
                for (int i = 0; i < TIMES; i += 10) {
                    assertThat(node.backends("new" + i).get(url(i)).getInteger("weight")).isEqualTo(6);
                }
            }
        }
    }

    private static String url(int i) {
        return "http://10.9.1." + i + ":1";
    }

    private static int weight(Admin admin, String service, String url) throws IOException {
        return admin.command(new JsonObject().put("command", "backend.list").put("service", service))
                .getJsonArray("backends").stream().map(JsonObject.class::cast)
                .filter(row -> row.getString("url").equals(url)).findFirst().orElseThrow()
                .getInteger("weight");
    }
}
