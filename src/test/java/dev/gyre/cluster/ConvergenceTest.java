package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConvergenceTest {

    private static final int COMMANDS = 500;
    private static final int LAST_WEIGHT = 60;

    @TempDir
    static Path directory;

    private static Origin origin;
    private static ClusterNodes nodes;

    @BeforeAll
    static void start() throws Exception {
        origin = Origin.saying("hello").withoutRecording();
        nodes = ClusterNodes.onLoopback(directory, 3, origin);
        nodes.start();
    }

    @AfterAll
    static void close() {
        nodes.close();
        origin.close();
    }

    @Test
    void fiveHundredCommandsAtRandomNodesHoldOnAllOfThem() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Load load = Load.of(nodes.all().stream().map(ClusterNode::listener).toList(), 6, 300)) {
            burst(random);
            nodes.awaitSameView();
            // One by one, so that none is carried by the one behind it; src/bench/cluster tells how fast.
            for (int i = 0; i < COMMANDS / 5; i++) {
                change(random, i);
                nodes.awaitSameView();
            }
            load.stop();
            assertThat(load.failures()).as("failed requests, seed %d", seed).isEmpty();
        }
    }

    private static void burst(Random random) throws Exception {
        for (int i = 0; i < COMMANDS; i++) {
            change(random, i);
        }
    }

    private static void change(Random random, int number) throws Exception {
        ClusterNode node = nodes.node(random.nextInt(nodes.all().size()));
        String url = "http://10.9.0.6:" + (1 + random.nextInt(50));
        String verb = random.nextInt(4) == 0 ? "remove" : "add";
        if (verb.equals("add")) {
            node.admin().command(Writer.spare(verb, url, "weight", 1 + number));
        } else {
            node.admin().command(Writer.spare(verb, url));
        }
    }

    @Test
    void theLatestAcknowledgedWeightIsTheOneThatHolds() throws Exception {
        nodes.node(0).admin().command(Writer.spare("add", "http://10.9.0.1:1"));
        for (int weight = 1; weight <= LAST_WEIGHT; weight++) {
            nodes.node(weight % 3).admin()
                    .command(Writer.spare("add", "http://10.9.0.1:1", "weight", weight));
        }
        Await.until("the last weight everywhere", () -> {
            for (ClusterNode node : nodes.all()) {
                JsonObject backend = node.backends("spare").get("http://10.9.0.1:1");
                if (backend.getInteger("weight") != LAST_WEIGHT) {
                    return false;
                }
            }
            return true;
        });
    }
}
