package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Nightly;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How fast it is, src/bench/cluster tells. */
class ManyBackendsTest {

    private static final int ALL = Nightly.orMore(4_000, 10_000);
    private static final int SERVICES = Nightly.orMore(10, 50);
    private static final int BACKENDS = ALL / SERVICES;
    private static final int CHANGES = 10;

    @TempDir
    Path directory;

    @Test
    void aChangeAndAJoiningNodeComeThroughThousandsOfBackends() throws Exception {
        try (Origin origin = Origin.saying("hello");
             ClusterNodes nodes = ClusterNodes.onLoopback(directory, 3, origin).start()) {
            for (int i = 0; i < SERVICES; i++) {
                nodes.node(i % 3).admin().command(service(i));
            }
            nodes.awaitTogether();
            System.out.println("until a change is in all views: " + fastestChange(nodes).toMillis() + " ms");
            ClusterNode joining = nodes.node(2);
            joining.kill();
            joining.loseDisk();
            joining.start();
            joining.awaitReady();
            Await.until("all there",
                    () -> joining.view().getJsonObject("services").size() == SERVICES + 2);
            assertThat(listed(joining)).contains("http://10.9.0.1:" + CHANGES);
            for (ClusterNode node : nodes.all()) {
                System.out.println(node + " with " + ALL + " backends: " + cost(node));
            }
        }
    }

    /** Each is faster than the one before until its code is compiled, and a busy machine holds up some. */
    private static Duration fastestChange(ClusterNodes nodes) throws Exception {
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < CHANGES; i++) {
            String url = "http://10.9.0.1:" + (1 + i);
            nodes.node(0).admin().command(Writer.spare("add", url));
            long acknowledged = System.nanoTime();
            Await.until("the change in all views", () -> {
                for (ClusterNode node : nodes.all()) {
                    if (!listed(node).contains(url)) {
                        return false;
                    }
                }
                return true;
            });
            fastest = Math.min(fastest, System.nanoTime() - acknowledged);
        }
        return Duration.ofNanos(fastest);
    }

    private static JsonObject service(int number) {
        JsonArray backends = new JsonArray();
        for (int i = 0; i < BACKENDS; i++) {
            backends.add("http://10.8." + number + ".1:" + (1 + i));
        }
        return new JsonObject().put("command", "service.put").put("service", "service-" + number)
                .put("backends", backends);
    }

    private static String listed(ClusterNode node) throws IOException {
        return node.admin().command(new JsonObject().put("command", "backend.list").put("service", "spare"))
                .getJsonArray("backends").encode();
    }

    private static String cost(ClusterNode node) throws IOException {
        Path process = Path.of("/proc/" + node.pid());
        String memory = Files.readAllLines(process.resolve("status")).stream()
                .filter(line -> line.startsWith("VmRSS")).findFirst().orElse("");
        String stat = Files.readString(process.resolve("stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return memory.replaceAll("\\s+", " ") + ", CPU "
                + (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10 + " ms";
    }
}
