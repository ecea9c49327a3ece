package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Command;
import dev.gyre.kit.Gate;
import dev.gyre.kit.Load;
import dev.gyre.kit.Nightly;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands come to all nodes of one cluster, at once and in turn. Each test has backends of its own. */
class CommandsAtSeveralNodesTest {

    private static final int COMMANDS = Nightly.orMore(250, 500);
    private static final int LAST_WEIGHT = 60;
    private static final int TIMES = 100;
    private static final int ROUNDS = 20;

    @TempDir
    static Path directory;

    private static Origin origin;
    private static ClusterNodes nodes;

    @BeforeAll
    static void start() throws Exception {
        origin = Origin.saying("hello").withoutRecording();
        nodes = ClusterNodes.onLoopback(directory, 3, origin).start();
    }

    @AfterAll
    static void close() {
        nodes.close();
        origin.close();
    }

    @Test
    void hundredsOfCommandsAtRandomNodesHoldOnAllOfThem() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (Load load = Load.of(nodes.all().stream().map(ClusterNode::listener).toList(), 6, 150)) {
            for (int i = 0; i < COMMANDS; i++) {
                change(random, i);
            }
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

    /** What is given at another node right after one was acknowledged is judged by it, and wins. */
    @Test
    void aLaterOneElsewhereWinsAHundredTimesWithoutAPause() throws Exception {
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
            Map<String, JsonObject> held = node.backends("spare").entrySet().stream()
                    .filter(backend -> backend.getKey().startsWith("http://10.9.1."))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
            assertThat(held).as("at %s", node).hasSize(TIMES);
            assertThat(held.values()).allSatisfy(row ->
                    assertThat(row.getInteger("weight")).as("%s", row).isEqualTo(5));
            for (int i = 0; i < TIMES; i += 10) {
                assertThat(node.backends("new" + i).get(url(i)).getInteger("weight")).isEqualTo(6);
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

    @Test
    void twoAtOnceForOtherFieldsOfOneResourceBothHold() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            PairsAtOnce pairs = new PairsAtOnce(nodes, round);
            pairs.prepare();
            pairs.give();
            nodes.awaitSameView();
            pairs.assertBothHold();
        }
    }

    @Test
    void aDrainWaitsForTheRequestsOfEveryNode() throws Exception {
        Gate gate = new Gate();
        try (Origin held = Origin.of(exchange -> {
            gate.pass();
            exchange.respond(200, "hello");
        })) {
            nodes.node(0).admin().command(Command.backend("add", held.url()));
            nodes.node(0).admin().command(Command.backend("drain", origin.url()));
            nodes.awaitSameView();
            drainedWhenAllAreAnswered(held, gate);
        } finally {
            gate.open();
            nodes.node(0).admin().command(Command.backend("resume", origin.url()));
            nodes.awaitSameView();
        }
    }

    private static void drainedWhenAllAreAnswered(Origin held, Gate gate) throws Exception {
        try (Load one = nodes.node(1).load(1, 0); Load two = nodes.node(2).load(2, 0)) {
            Await.until("requests of both nodes at the backend", () -> held.requests().size() == 3);
            AtomicReference<JsonObject> early = new AtomicReference<>();
            // One that has never been asked yet may not answer in time.
            Await.until(() -> "an answer of every node: " + early, () -> {
                early.set(drain(nodes.node(0), held, "100ms"));
                assertThat(early.get().getBoolean("drained")).isFalse();
                return inFlight(early.get()).stream().allMatch(Optional::isPresent);
            });
            assertThat(early.get().getInteger("inFlight")).isEqualTo(3);
            assertThat(inFlight(early.get())).containsExactlyInAnyOrder(Optional.of(0), Optional.of(1),
                    Optional.of(2));
            CompletableFuture<JsonObject> drained = CompletableFuture.supplyAsync(() -> {
                try {
                    return drain(nodes.node(0), held, "50s");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            assertThat(drained).isNotDone();
            gate.open();
            assertThat(drained.get(Await.SECONDS, TimeUnit.SECONDS).getBoolean("drained")).isTrue();
            // The users go on, and find no backend any more: nothing of it is counted here.
            Await.until("all three answered", () -> one.answered() + two.answered() >= 3);
        } finally {
            gate.open();
        }
    }

    /** Of each node; empty where it does not answer. */
    private static List<Optional<Integer>> inFlight(JsonObject reply) {
        return reply.getJsonArray("nodes").stream().map(JsonObject.class::cast)
                .map(node -> Optional.ofNullable(node.getInteger("inFlight"))).toList();
    }

    private static JsonObject drain(ClusterNode node, Origin origin, String timeout) throws Exception {
        return node.admin().command(
                Command.backend("drain", origin.url(), "wait", true, "timeout", timeout));
    }
}
