package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.NetworkLab;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes with one id that start apart are found when their links are joined. */
class TwinsMeetTest {

    @TempDir
    Path directory;

    @Test
    void theLaterOneLeavesAndSaysWhatToDo() throws Exception {
        try (NetworkLab lab = NetworkLab.of(2);
             Origin origin = Origin.at(InetAddress.getByName(lab.origins()),
                     exchange -> exchange.respond(200, "hello")).withoutRecording();
             ClusterNodes nodes = ClusterNodes.in(lab, directory, origin)) {
            lab.split(0, 1);
            ClusterNode first = nodes.node(0);
            ClusterNode copy = nodes.node(1);
            first.start();
            first.awaitReady();
            Files.createDirectories(copy.data());
            Files.copy(first.data().resolve("node-id"), copy.data().resolve("node-id"));
            copy.start();
            copy.awaitReady();
            lab.heal();
            Await.until("the later one leaves", () -> copy.text().contains("is in use by node "));
            assertThat(copy.text()).contains("delete the file node-id of the copied directory "
                    + copy.data());
            assertThat(copy.readiness()).contains("not joined: node id ");
            JsonObject status = copy.ask("cluster.status");
            assertThat(status.getBoolean("joined")).isFalse();
            assertThat(copy.backends("web")).as("it serves on").isNotEmpty();
            assertThat(first.text()).doesNotContain("is in use by node ");
        }
    }
}
