package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.ClusterNode;
import dev.gyre.kit.ClusterNodes;
import dev.gyre.kit.Command;
import dev.gyre.kit.Origin;
import dev.gyre.kit.SteppedClock;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node comes back after the others have forgotten what they removed while it was away. It brings nothing of
 * that back, and loses nothing that it was told alone.
 */
class AwayLongerThanRetentionTest {

    private static final String REMOVED = "http://10.9.0.1:1";
    private static final String KEPT = "http://10.9.0.2:1";
    private static final String ALONE = "http://10.9.0.3:1";
    private static final String ELSEWHERE = "http://10.9.0.4:1";

    @TempDir
    static Path directory;

    private static Origin origin;
    private static ClusterNodes nodes;
    private static ClusterNode away;

    /** The last node is told something alone, and stops; the others remove, and forget that they did. */
    @BeforeAll
    static void goAway() throws Exception {
        SteppedClock clock = SteppedClock.in(directory);
        origin = Origin.saying("hello");
        nodes = ClusterNodes.onLoopback(directory, 3, origin);
        nodes.config().put("registry", new JsonObject().put("retention", "1h"));
        nodes.all().forEach(node -> node.by(clock));
        nodes.start();
        away = nodes.node(2);
        nodes.node(0).admin().command(Writer.spare("add", REMOVED));
        nodes.node(0).admin().command(Writer.spare("add", KEPT));
        JsonObject drained = nodes.node(0).admin().command(Command.backend("drain", origin.url()));
        nodes.awaitSameView();
        Await.until("the agreement on disk", () -> agreed().compareTo(drained.getString("version")) >= 0);
        stop(nodes.all());
        away.start();
        away.awaitReady();
        assertThat(away.admin().post(Writer.spare("add", ALONE)).status()).isEqualTo(200);
        away.stop();
        List<ClusterNode> others = nodes.all().subList(0, 2);
        for (ClusterNode node : others) {
            nodes.restart(node);
        }
        ClusterNode here = nodes.node(0);
        here.admin().command(Writer.spare("remove", REMOVED));
        here.admin().command(Command.backend("resume", origin.url()));
        here.admin().command(Writer.spare("add", ELSEWHERE));
        nodes.awaitTogether();
        clock.ahead(Duration.ofHours(2));
        for (ClusterNode node : others) {
            Await.until("forgotten", () -> node.text().contains("tombstones collected: count=2"));
        }
        here.admin().command(Command.backend("weight", origin.url(), "weight", 3));
        nodes.awaitTogether();
        stop(others);
        for (ClusterNode node : nodes.all()) {
            copy(node.data(), kept(node));
        }
    }

    private static void stop(List<ClusterNode> running) throws Exception {
        for (ClusterNode node : running) {
            node.terminate();
        }
        for (ClusterNode node : running) {
            node.awaitStopped();
        }
    }

    /** What is on its disk before each test. */
    private static Path kept(ClusterNode node) {
        return node.data().resolveSibling("kept");
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @BeforeEach
    void restore() throws IOException {
        nodes.close();
        for (ClusterNode node : nodes.all()) {
            node.loseDisk();
            copy(kept(node), node.data());
        }
    }

    @AfterAll
    static void close() {
        if (nodes != null) {
            nodes.close();
            origin.close();
        }
    }

    /** The stamp up to which the last node has noted that it agrees, as far as a version tells it. */
    private static String agreed() throws IOException {
        String last = "";
        try (Stream<Path> files = Files.list(away.data())) {
            for (Path file : files.filter(file -> file.toString().contains("topology")).toList()) {
                String text = Files.readString(file, StandardCharsets.ISO_8859_1);
                int note = text.lastIndexOf("agreed");
                last = note < 0 ? last : text.substring(note);
            }
        }
        return last.replaceFirst("(?s)^agreed\\W*0?([0-9a-f]{11})-([0-9a-f]{4}).*", "$1.$2.~");
    }

    private void assertOutcome() throws Exception {
        nodes.awaitTogether();
        nodes.awaitSameView();
        for (ClusterNode node : nodes.all()) {
            assertThat(node.backends("spare").keySet()).as("at %s", node)
                    .containsExactlyInAnyOrder(KEPT, ALONE, ELSEWHERE);
            JsonObject web = node.backends("web").get(origin.url());
            assertThat(web.getString("state")).as("resumed: %s", web).isEqualTo("up");
            assertThat(web.getInteger("weight")).isEqualTo(3);
        }
        for (ClusterNode node : List.copyOf(nodes.all())) {
            node.kill();
            nodes.restart(node);
            assertThat(node.backends("spare").keySet()).doesNotContain(REMOVED).contains(ALONE);
        }
    }

    @Test
    void itComesBackToTheOthers() throws Exception {
        nodes.node(0).start();
        nodes.node(1).start();
        nodes.node(0).awaitReady();
        nodes.node(1).awaitReady();
        nodes.awaitTogether();
        nodes.restart(away);
        assertThat(away.text()).contains("resynchronized as a newcomer");
        assertOutcome();
    }

    @Test
    void afterAFullStopItStartsFirst() throws Exception {
        away.start();
        away.awaitReady();
        assertThat(away.backends("spare")).containsKey(REMOVED);
        nodes.complete();
        assertOutcome();
    }
}
