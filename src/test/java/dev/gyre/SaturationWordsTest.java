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
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicReference;
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

    /** Empty where the words do not tell one. */
    private static OptionalInt size(String words) {
        Matcher matcher = SIZE.matcher(words);
        return matcher.find() ? OptionalInt.of(Integer.parseInt(matcher.group(1).replace(",", "")))
                : OptionalInt.empty();
    }

    /** Returns the first words that tell a size between these; it is a mean of some samples. */
    private static String awaitSize(GyreProcess node, int least, int most) throws Exception {
        AtomicReference<String> last = new AtomicReference<>("");
        Await.until(() -> "a size of " + least + " to " + most + ", not: " + last.get(), () -> {
            last.set(words(node));
            return size(last.get()).stream().anyMatch(size -> size >= least && size <= most);
        });
        return last.get();
    }

    @Test
    void aPoolOfFiveBeforeAHundredClientsIsSaidToNeedAHundred() throws Exception {
        try (GyreProcess node = node(5, 1000); Load load = Load.of(node.port(), 100)) {
            String line = node.await("pool saturated");
            assertThat(line).contains(" WARN gyre.pool - pool saturated service=web backend=" + origin.url()
                    + " in_use=5 limit=5 waiting=");
            // Said as early as can be, when some of the hundred may not have come yet.
            assertThat(size(line).orElse(0)).as(line).isBetween(6, 150);
            assertThat(awaitSize(node, 80, 120))
                    .startsWith("web/" + origin.url() + ": all 5 connections busy");
            Await.until("two more samples",
                    () -> node.admin().backends().get(0).getInteger("requests") > 150);
            awaitSize(node, 80, 120);
            load.stop();
            assertThat(load.failures()).isEmpty();
            Await.until("no words without a load", () -> words(node).isEmpty());
            assertThat(node.output().stream().filter(text -> text.contains("pool saturated")))
                    .as("at most once a minute").hasSize(1);
        }
    }

    @Test
    void refusedRequestsCountTowardsTheSize() throws Exception {
        try (GyreProcess node = node(5, 5); Load load = Load.of(node.port(), 100, 300)) {
            String line = node.await("pool saturated");
            // Of a sample in which nothing was finished there is none.
            assertThat(size(line).orElse(6)).as(line).isGreaterThan(5);
            // 300 requests/s of 200 ms, whether served or refused, would keep 60 connections busy. The load
            // makes up for what a busy machine kept it from sending, so that one sample may see more.
            awaitSize(node, 48, 75);
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
