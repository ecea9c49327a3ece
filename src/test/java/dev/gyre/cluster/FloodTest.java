package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.map.IMap;
import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Nightly;
import dev.gyre.kit.Origin;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member that floods the bus with what nobody has signed keeps no command from being answered. */
class FloodTest {

    private static final int MESSAGES = Nightly.orMore(30_000, 100_000);
    private static final int BURST = 500;
    private static final int BACKENDS = 20;
    private static final List<String> CHANNELS =
            List.of("gyre.hellos.2", "gyre.hints.2", "gyre.health.2", "gyre.shares.2", "gyre.admin");

    @TempDir
    Path directory;

    @Test
    void commandsAreAnsweredMeanwhile() throws Exception {
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 2, origin).start();
             RogueMember rogue = RogueMember.among(nodes)) {
            ClusterNode node = nodes.node(0);
            EventBus bus = rogue.vertx().eventBus();
            String garbage = "0".repeat(43) + " {\"member\":\"" + rogue.busId() + "\",\"id\":\""
                    + "x".repeat(1_000) + "\"}";
            AtomicInteger sent = new AtomicInteger();
            flood(rogue, bus, garbage, sent);
            int changes = 0;
            long slowest = 0;
            while (sent.get() < MESSAGES || changes < 10) {
                long begun = System.nanoTime();
                nodes.node(changes % 2).admin().command(
                        Writer.spare("add", "http://10.9." + changes / 250 + "." + changes % 250 + ":1"));
                slowest = Math.max(slowest, System.nanoTime() - begun);
                changes++;
            }
            tell(changes, slowest);
            Await.until("all of it refused", () -> node.ask("cluster.status").getJsonObject("refused")
                    .getLong("wrong_seal") > MESSAGES / 4);
            nodes.awaitTogether();
            for (ClusterNode each : nodes.all()) {
                assertThat(each.text()).doesNotContain("OutOfMemory").doesNotContain("joining again");
                assertThat(each.text().lines().filter(line -> line.contains("refused ")).count())
                        .as("lines about it").isLessThan(50);
            }
        }
    }

    @Test
    void garbageInTheSharedMapGoesAndCommandsAreAnsweredMeanwhile() throws Exception {
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = roomy(origin).start();
             RogueMember rogue = RogueMember.among(nodes)) {
            IMap<Object, Object> map = rogue.maps().stream()
                    .filter(one -> one.getName().equals(MemberConfig.ENTRIES)).findFirst().orElseThrow();
            String garbage = "0".repeat(43) + " {\"kind\":\"backend\",\"name\":\"" + "x".repeat(300)
                    + "\"}";
            Thread flood = new Thread(() -> {
                for (int i = 0; i < MESSAGES; i += 1_000) {
                    map.setAll(IntStream.range(i, i + 1_000).boxed()
                            .collect(Collectors.toMap(key -> "garbage " + key, key -> garbage)));
                }
            }, "flood");
            flood.start();
            int changes = 0;
            long slowest = 0;
            while (flood.isAlive() || map.size() > MESSAGES / 10 || changes <= BACKENDS) {
                long begun = System.nanoTime();
                nodes.node(changes % 2).admin().command(Writer.spare("add",
                        "http://10.9.0.1:" + (1 + changes % BACKENDS), "weight", 1 + changes % 90));
                slowest = Math.max(slowest, System.nanoTime() - begun);
                changes++;
            }
            tell(changes, slowest);
            Await.until("no garbage", () -> map.keySet().stream().noneMatch(key ->
                    key.toString().startsWith("garbage ")));
            nodes.awaitSameView();
            for (ClusterNode each : nodes.all()) {
                assertThat(each.backends("spare")).hasSize(BACKENDS);
                assertThat(each.text()).doesNotContain("OutOfMemory").doesNotContain("joining again");
            }
        }
    }

    /** The whole flood stands in the map at once where nodes have no time to remove any of it. */
    private ClusterNodes roomy(Origin origin) {
        ClusterNodes nodes = ClusterNodes.onLoopback(directory, 2, origin);
        nodes.all().forEach(node -> node.under(List.of("env", "_JAVA_OPTIONS=-Xmx512m")));
        return nodes;
    }

    /** That each was answered is held by the node's own bound on a command, after which it refuses it. */
    private static void tell(int changes, long slowestNanos) {
        System.out.printf("the slowest of %d commands took %d ms%n", changes, slowestNanos / 1_000_000);
    }

    /** In bursts, each sent when the one before has left: nothing is under way when the member goes. */
    private static void flood(RogueMember rogue, EventBus bus, String garbage, AtomicInteger sent) {
        rogue.vertx().runOnContext(v -> {
            List<Future<Void>> burst = new ArrayList<>();
            for (int i = 0; i < BURST; i++) {
                burst.add(bus.<String>sender(CHANNELS.get(i % CHANNELS.size())).write(garbage));
            }
            Future.join(burst).onComplete(left -> {
                if (sent.addAndGet(BURST) < MESSAGES) {
                    flood(rogue, bus, garbage, sent);
                }
            });
        });
    }
}
