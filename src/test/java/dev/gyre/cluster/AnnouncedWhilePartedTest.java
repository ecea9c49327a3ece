package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Command;
import dev.gyre.kit.Load;
import dev.gyre.kit.NetworkLab;
import dev.gyre.kit.Origin;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend renews at nodes that others cannot hear, and outlives the end of all nodes. */
class AnnouncedWhilePartedTest {

    private static final Duration TTL = Duration.ofSeconds(4);
    private static final Duration BEAT = Duration.ofMillis(500);

    @TempDir
    Path directory;

    private Origin guest;

    @Test
    void theSideThatDoesNotHearItWaitsEndsItAndTakesItBack() throws Exception {
        try (NetworkLab lab = NetworkLab.of(3);
             Origin steady = Origin.at(InetAddress.getByName(lab.origins()),
                     exchange -> exchange.respond(200, "hello")).withoutRecording();
             Origin announced = Origin.at(InetAddress.getByName(lab.origins()),
                     exchange -> exchange.respond(200, "hello")).withoutRecording();
             ClusterNodes nodes = ClusterNodes.in(lab, directory, steady).start()) {
            guest = announced;
            List<Load> loads = new ArrayList<>();
            for (ClusterNode node : nodes.all()) {
                loads.add(node.load(4, 50));
            }
            renew(nodes.node(0));
            nodes.awaitSameView();
            lab.split(0, 0, 1);
            long cut = System.nanoTime();
            // Twice the ttl: the lonely node cannot know, and goes on to serve it.
            while (System.nanoTime() - cut < 2 * TTL.toNanos()) {
                renew(nodes.node(0));
                Await.pass(BEAT);
            }
            assertThat(state(nodes.node(2))).isEqualTo("up");
            Await.until("ended where nobody hears it", () -> {
                renew(nodes.node(0));
                return !state(nodes.node(2)).equals("up");
            });
            assertThat(state(nodes.node(0))).isEqualTo("up");
            assertThat(state(nodes.node(1))).isEqualTo("up");
            lab.heal();
            for (ClusterNode node : nodes.all()) {
                Await.until("up again at " + node, () -> {
                    renew(nodes.node(0));
                    return state(node).equals("up") && node.ask("cluster.status").getInteger("nodes") == 3;
                });
            }
            for (Load load : loads) {
                load.stop();
                assertThat(load.failures()).as("failed requests").isEmpty();
                load.close();
            }
            itOutlivesTheEndOfAllNodes(nodes);
        }
    }

    private void itOutlivesTheEndOfAllNodes(ClusterNodes nodes) throws Exception {
        for (ClusterNode node : nodes.all()) {
            node.kill();
        }
        // Longer than its lease, in which nobody could have heard it.
        Await.pass(TTL.plusSeconds(2));
        nodes.restart(nodes.node(1));
        assertThat(state(nodes.node(1))).as("not renewed yet").isEqualTo("up");
        renew(nodes.node(1));
        nodes.restart(nodes.node(2));
        for (ClusterNode node : nodes.all().subList(1, 3)) {
            Await.until("gone at " + node, () -> state(node).equals("gone"));
        }
    }

    private void renew(ClusterNode node) throws Exception {
        node.admin().command(Command.backend("announce", guest.url(), "ttl", TTL.toSeconds() + "s"));
    }

    private String state(ClusterNode node) throws Exception {
        return node.admin().backends().stream().filter(row -> row.getString("url").equals(guest.url()))
                .findFirst().map(row -> row.getString("state")).orElse("gone");
    }
}
