package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that keeps its reader waiting, as one of a network disk that is gone, holds up no event loop. */
class SlowFileTest {

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void theEventLoopGoesOnMeanwhile() throws Exception {
        // Whoever opens a named pipe waits until somebody writes to it.
        Path pipe = directory.resolve("secret");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        Context context = vertx.getOrCreateContext();
        AtomicReference<Future<JsonObject>> loaded = new AtomicReference<>();
        context.runOnContext(v -> loaded.set(ConfigSource.open(vertx, new JsonObject()
                .put("sticky", new JsonObject().put("secret", "${file:" + pipe + "}"))).load()));
        try {
            Await.until("asked for", () -> loaded.get() != null);
            for (int turn = 0; turn < 20; turn++) {
                AtomicBoolean turned = new AtomicBoolean();
                context.runOnContext(v -> vertx.setTimer(1, timer -> turned.set(true)));
                Await.until("another turn of the event loop", turned::get);
            }
            assertThat(loaded.get().isComplete()).as("read before anybody wrote").isFalse();
        } finally {
            // Whatever was found, whoever waits for the pipe is let go.
            new ProcessBuilder("timeout", "10", "sh", "-c", "echo s3cret > '" + pipe + "'").start().waitFor();
        }
        Await.until("read in the end", () -> loaded.get().succeeded());
    }
}
