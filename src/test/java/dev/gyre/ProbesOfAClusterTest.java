package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Command;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes in processes of their own and 100 backends, which one origin stands for: each backend has two
 * probers, whoever dies, and all nodes come to the same verdicts.
 */
class ProbesOfAClusterTest {

    private static final int BACKENDS = 100;
    private static final String SENT = "gyre_backend_probes_total{";
    private static final String DEAD = "127.9.0.7:9001";

    @TempDir
    Path directory;

    private final Set<String> dead = ConcurrentHashMap.newKeySet();
    private final Origin origin = Origin.at(anyLoopbackAddress(), exchange -> {
        String backend = exchange.request().first("Host").orElse("");
        exchange.respond(dead.contains(backend) ? 500 : 200, "");
    }).withoutRecording();

    @AfterEach
    void close() {
        origin.close();
    }

    /** The backends have an address each, and the probes a port in common. */
    private static InetAddress anyLoopbackAddress() {
        return new InetSocketAddress(0).getAddress();
    }

    private JsonObject service() {
        JsonArray backends = new JsonArray();
        for (int i = 0; i < BACKENDS; i++) {
            backends.add("http://127.9.0." + i + ":9001");
        }
        return new JsonObject().put("command", "service.put").put("service", "web").put("backends", backends)
                .put("health", new JsonObject()
                        .put("http", new JsonObject().put("port", origin.port()))
                        .put("interval", "1s").put("timeout", "5s")
                        .put("rise", 1).put("fall", 2));
    }

    /**
     * Not counted by the clock, which a busy machine does not keep, but against each other: there comes a
     * while in which two nodes probe each backend three times, and no third does. A node that stood still has
     * others take its place for a moment.
     */
    private static void awaitTwoProbersEach(List<ClusterNode> nodes) throws Exception {
        Map<String, List<Long>> before = new TreeMap<>(probes(nodes));
        Map<String, List<Long>> since = new TreeMap<>();
        Await.until(() -> "probed three times by two nodes, and by no third: " + since, () -> {
            Map<String, List<Long>> now = probes(nodes);
            now.forEach((backend, times) -> since.put(backend, increases(before.get(backend), times)));
            boolean byAThird = since.values().stream().flatMap(more -> more.stream().skip(2))
                    .anyMatch(times -> times > 0);
            if (byAThird) {
                before.putAll(now);
                return false;
            }
            return since.size() == BACKENDS && since.values().stream().allMatch(more -> more.get(1) >= 3);
        });
    }

    /** How many times each node has probed a backend, by its label in the metrics. */
    private static Map<String, List<Long>> probes(List<ClusterNode> nodes) throws IOException {
        Map<String, List<Long>> probes = new TreeMap<>();
        for (int i = 0; i < nodes.size(); i++) {
            int at = i;
            nodes.get(i).admin().get("/metrics").body().lines().filter(line -> line.startsWith(SENT))
                    .forEach(line -> probes.computeIfAbsent(line.substring(0, line.lastIndexOf(' ')), first ->
                            new ArrayList<>(Collections.nCopies(nodes.size(), 0L))).set(at,
                            Long.parseLong(line.substring(line.lastIndexOf(' ') + 1))));
        }
        return probes;
    }

    /** Of the node that probed most often, of the next, and so on. */
    private static List<Long> increases(List<Long> before, List<Long> now) {
        return IntStream.range(0, now.size()).mapToObj(i -> now.get(i) - (before == null ? 0 : before.get(i)))
                .sorted(Comparator.reverseOrder()).toList();
    }

    private static JsonObject row(ClusterNode node) throws IOException {
        return Command.rows(node.admin().command(Command.LIST)).stream()
                .filter(row -> row.getString("url").equals("http://" + DEAD)).findFirst().orElseThrow();
    }

    private void awaitState(List<ClusterNode> nodes, String state) throws Exception {
        Await.until(state, () -> {
            Set<String> seen = new HashSet<>();
            for (ClusterNode node : nodes) {
                seen.add(row(node).getString("state") + " " + row(node).getString("since"));
            }
            return seen.size() == 1 && seen.iterator().next().startsWith(state);
        });
    }

    @Test
    void eachBackendHasTwoProbersWhoeverDiesAndOneVerdict() throws Exception {
        try (ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3).start()) {
            nodes.node(0).admin().command(service());
            nodes.awaitSameView();
            awaitTwoProbersEach(nodes.all());
            assertThat(probes(nodes.all()).values()).as("all take part").anyMatch(times -> times.get(0) > 0)
                    .anyMatch(times -> times.get(1) > 0).anyMatch(times -> times.get(2) > 0);
            dead.add(DEAD);
            awaitState(nodes.all(), "down");
            String since = row(nodes.node(0)).getString("since");
            nodes.node(1).kill();
            ClusterNodes.awaitSize(nodes.node(0), 2);
            // Its share is handed on.
            awaitTwoProbersEach(List.of(nodes.node(0), nodes.node(2)));
            nodes.restart(nodes.node(1));
            awaitState(nodes.all(), "down");
            Await.until("the same since at one that has just started", () ->
                    since.equals(row(nodes.node(1)).getString("since")));
            dead.clear();
            awaitState(nodes.all(), "up");
        }
    }
}
