package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The wall that 5 connections are to a backend that takes 200 ms: Gyre says that it is there, and how high.
 */
class SaturationWordsTest {

    private static final Pattern SIZE = Pattern.compile("needs about ([\\d,]+)");

    @TempDir
    Path directory;

    private final Origin origin = Origin.of(exchange -> {
        try {
            Await.pass(Duration.ofMillis(200));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        exchange.respond(200, "hello");
    }).withoutRecording();

    @AfterEach
    void close() {
        origin.close();
    }

    private GyreProcess node(int maxConnections, int maxQueue) throws Exception {
        JsonObject pool = new JsonObject().put("maxConnections", maxConnections).put("maxQueue", maxQueue)
                .put("queueTimeout", "30s");
        return GyreProcess.node(directory, new JsonObject().put("services", new JsonObject().put("web",
                new JsonObject().put("backends", new JsonArray().add(origin.url())).put("pool", pool))));
    }

    private static String words(GyreProcess node) throws Exception {
        return node.admin().backends().get(0).getString("saturation", "");
    }

    private static int size(String words) {
        Matcher matcher = SIZE.matcher(words);
        assertThat(matcher.find()).as("a size in: " + words).isTrue();
        return Integer.parseInt(matcher.group(1).replace(",", ""));
    }

    @Test
    void aPoolOfFiveBeforeAHundredClientsIsSaidToNeedAHundred() throws Exception {
        try (GyreProcess node = node(5, 1000); Load load = Load.of(node.port(), 100)) {
            String line = node.await("all 5 connections busy");
            assertThat(line).contains(" WARN gyre.pool - web/" + origin.url() + ": ")
                    .contains("requests waiting");
            assertThat(size(line)).isBetween(80, 120);
            String words = words(node);
            assertThat(words).startsWith("web/" + origin.url() + ": all 5 connections busy");
            assertThat(size(words)).isBetween(80, 120);
            Await.until("two more samples",
                    () -> node.admin().backends().get(0).getInteger("requests") > 150);
            assertThat(size(words(node))).isBetween(80, 120);
            load.stop();
            assertThat(load.failures()).isEmpty();
            Await.until("no words without a load", () -> words(node).isEmpty());
            assertThat(node.output().stream().filter(text -> text.contains("connections busy")))
                    .as("at most once a minute").hasSize(1);
        }
    }

    @Test
    void refusedRequestsCountTowardsTheSize() throws Exception {
        try (GyreProcess node = node(5, 5); Load load = Load.of(node.port(), 100, 300)) {
            assertThat(size(node.await("connections busy"))).isGreaterThan(5);
            // 300 requests/s of 200 ms, whether served or refused, would keep 60 connections busy. The load
            // makes up for what a busy machine kept it from sending, so that one sample may see more.
            Await.until("a sample of 300 requests/s", () -> {
                String words = words(node);
                return !words.isEmpty() && size(words) >= 48 && size(words) <= 75;
            });
            load.stop();
            assertThat(load.failures().keySet()).allMatch(reason -> reason.contains("queue-full"));
        }
    }

    @Test
    void aPoolWithRoomSaysNothing() throws Exception {
        try (GyreProcess node = node(60, 1000); Load load = Load.of(node.port(), 40)) {
            Await.until("a load of some seconds", () -> load.answered() > 1000);
            assertThat(words(node)).isEmpty();
            load.stop();
            assertThat(node.text()).doesNotContain("WARN");
            assertThat(node.admin().backends().get(0).getInteger("refused")).isZero();
        }
    }
}
