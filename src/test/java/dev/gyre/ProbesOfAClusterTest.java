package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
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
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes in processes of their own and 100 backends, which one origin stands for: each backend has two
 * probers, whoever dies, and all nodes come to the same verdicts.
 */
class ProbesOfAClusterTest {

    private static final int BACKENDS = 100;
    /** Long enough for a slow machine to keep it. */
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final String DEAD = "127.9.0.7:9001";

    @TempDir
    Path directory;

    private final Map<String, AtomicInteger> probes = new ConcurrentHashMap<>();
    private final Set<String> dead = ConcurrentHashMap.newKeySet();
    private final Origin origin = Origin.at(anyLoopbackAddress(), exchange -> {
        String backend = exchange.request().first("Host").orElse("");
        probes.computeIfAbsent(backend, first -> new AtomicInteger()).incrementAndGet();
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
                        .put("interval", INTERVAL.toMillis() + "ms").put("timeout", "5s")
                        .put("rise", 1).put("fall", 2));
    }

    /** How many probes came in four intervals, divided by four, once every backend has had some. */
    private double perInterval() throws Exception {
        probes.clear();
        Await.until(() -> probes.size() + " backends probed", () -> probes.size() == BACKENDS);
        probes.values().forEach(count -> count.set(0));
        Await.pass(INTERVAL.multipliedBy(4));
        return probes.values().stream().mapToInt(AtomicInteger::get).sum() / 4.0;
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

    private static long probesOf(ClusterNode node) throws IOException {
        Admin admin = node.admin();
        return admin.get("/metrics").body().lines().filter(line ->
                line.startsWith("gyre_backend_probes_total{")).collect(Collectors.summingLong(line ->
                Long.parseLong(line.substring(line.lastIndexOf(' ') + 1))));
    }

    @Test
    void eachBackendHasTwoProbersWhoeverDiesAndOneVerdict() throws Exception {
        try (ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3).start()) {
            nodes.node(0).admin().command(service());
            nodes.awaitSameView(Duration.ofSeconds(10));
            assertThat(perInterval()).as("200, not 300, give or take the jitter").isBetween(150.0, 230.0);
            for (ClusterNode node : nodes.all()) {
                assertThat(probesOf(node)).as("all take part").isPositive();
            }
            dead.add(DEAD);
            awaitState(nodes.all(), "down");
            String since = row(nodes.node(0)).getString("since");
            nodes.node(1).kill();
            ClusterNodes.awaitSize(nodes.node(0), 2);
            assertThat(perInterval()).as("its share is handed on").isBetween(150.0, 230.0);
            nodes.restart(nodes.node(1));
            awaitState(nodes.all(), "down");
            Await.until("the same since at one that has just started", () ->
                    since.equals(row(nodes.node(1)).getString("since")));
            dead.clear();
            awaitState(nodes.all(), "up");
        }
    }
}
