package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.files.GuardedFile;
import dev.gyre.kit.Await;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxTest;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What has the name of a file and is none is a mistake of the config; nobody waits for it. */
@Timeout(Await.SECONDS)
@VertxTest
class NoFileTest {

    @TempDir
    Path directory;

    private final Vertx vertx;

    NoFileTest(Vertx vertx) {
        this.vertx = vertx;
    }

    private Path pipe() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
        return pipe;
    }

    private static JsonObject withSecret(Path file) {
        return new JsonObject().put("sticky", new JsonObject().put("secret", "${file:" + file + "}"));
    }

    private void refused(Path file, String why) {
        JsonObject json = ConfigSource.open(vertx, withSecret(file)).load().await();
        assertThat(ConfigReader.read(json).mistakes()).extracting(ConfigError::toString)
                .anySatisfy(mistake -> assertThat(mistake).startsWith("sticky.secret: ").contains(why));
    }

    @Test
    void aSecretBehindOne() throws Exception {
        refused(pipe(), "pipe is a pipe (expected: a regular file)");
        refused(Path.of("/dev/zero"), "/dev/zero is a device (expected: a regular file)");
        refused(directory, directory + " is a directory (expected: a regular file)");
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("pipe"));
        refused(link, "link is a pipe (expected: a regular file)");
    }

    @Test
    void aSecretWithoutEnd() throws Exception {
        Path large = directory.resolve("large");
        try (var file = new RandomAccessFile(large.toFile(), "rw")) {
            file.setLength(1L << 33);
        }
        assertThatThrownBy(() -> GuardedFile.text(large, 100))
                .isInstanceOf(IOException.class).hasMessageContaining("more than 100 bytes");
        refused(large, "cannot be read");
    }

    /** As orchestrators hand secrets out. */
    @Test
    void aLinkToASecretIsFollowed() throws Exception {
        Files.writeString(directory.resolve("secret"), "0123456789abcdef0123456789abcdef");
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("secret"));
        JsonObject json = ConfigSource.open(vertx, withSecret(link)).load().await();
        assertThat(ConfigReader.read(json).mistakes()).extracting(ConfigError::toString)
                .noneMatch(mistake -> mistake.startsWith("sticky"));
    }

    @Test
    void theConfigItself() throws Exception {
        assertThatThrownBy(() -> ConfigSource.open(vertx, new JsonObject()
                .put(ConfigSource.PATH_KEY, pipe().toString())).load().await())
                .hasMessageContaining("is a pipe (expected: a regular file)");
    }

    @Test
    void aStore() throws Exception {
        JsonObject store = new JsonObject().put("type", "file")
                .put("config", new JsonObject().put("path", pipe().toString()));
        assertThatThrownBy(() -> ConfigSource.open(vertx, new JsonObject()
                .put("stores", new JsonArray().add(store))).load().await())
                .hasMessageContaining("stores[0]")
                .hasMessageContaining("is a pipe (expected: a regular file)");
    }
}
