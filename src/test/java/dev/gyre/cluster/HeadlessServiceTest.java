package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that know of one another only a name, such as a headless service's, which stands for all. */
class HeadlessServiceTest {

    private static final String NAME = "nodes.gyre.test";

    @TempDir
    Path directory;

    @Test
    void oneNameOfSeveralAddressesLeadsAllNodesTogether() throws Exception {
        try (Origin origin = Origin.saying("hello").withoutRecording();
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin)) {
            Path hosts = directory.resolve("hosts");
            Files.writeString(hosts, nodes.all().stream()
                    .map(node -> node.place().cluster() + " " + NAME + "\n").collect(Collectors.joining()));
            JsonObject cluster = nodes.config().getJsonObject("cluster");
            cluster.put("members", new JsonArray().add(NAME + ":" + ClusterNode.CLUSTER_PORT));
            for (ClusterNode node : nodes.all()) {
                node.under(List.of("env", "JDK_JAVA_OPTIONS=-Djdk.net.hosts.file=" + hosts));
            }
            nodes.start();
            nodes.node(2).admin().command(Writer.spare("add", "http://10.9.0.1:1"));
            nodes.awaitSameView();
            assertThat(nodes.node(0).backends("spare")).containsKey("http://10.9.0.1:1");
        }
    }
}
