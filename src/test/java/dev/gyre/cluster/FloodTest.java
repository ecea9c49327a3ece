package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Origin;
import io.vertx.core.eventbus.EventBus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member that floods the bus with what nobody has signed keeps no command from being answered. */
class FloodTest {

    private static final int MESSAGES = 100_000;
    private static final Duration ANSWERED = Duration.ofSeconds(5);
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
            assertThat(Duration.ofNanos(slowest)).as("the slowest of %d commands", changes)
                    .isLessThan(ANSWERED);
            Await.until("all of it refused", () -> node.ask("cluster.status").getJsonObject("refused")
                    .getLong("wrong_seal") > MESSAGES / 2);
            nodes.awaitTogether();
            for (ClusterNode each : nodes.all()) {
                assertThat(each.text()).doesNotContain("OutOfMemory").doesNotContain("joining again");
                assertThat(each.text().lines().filter(line -> line.contains("refused ")).count())
                        .as("lines about it").isLessThan(50);
            }
        }
    }

    /** In bursts, each sent when the one before has left. */
    private static void flood(RogueMember rogue, EventBus bus, String garbage, AtomicInteger sent) {
        rogue.vertx().runOnContext(v -> {
            for (int i = 0; i < 500 && sent.get() < MESSAGES; i++) {
                bus.publish(CHANNELS.get(sent.getAndIncrement() % CHANNELS.size()), garbage);
            }
            if (sent.get() < MESSAGES) {
                flood(rogue, bus, garbage, sent);
            }
        });
    }
}
