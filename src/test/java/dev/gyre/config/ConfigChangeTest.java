package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gyre.kit.Await;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A changed config is noticed in time however it was written, and a broken one is said once and got over. */
@VertxTest
class ConfigChangeTest {

    private static final long SCAN_MILLIS = 20;
    private static final int CHANGES = 3;

    @TempDir
    private Path dir;
    private Path file;
    private Vertx vertx;
    private final LinkedBlockingQueue<Future<JsonObject>> told = new LinkedBlockingQueue<>();

    @BeforeEach
    void start(Vertx vertx) throws IOException {
        this.vertx = vertx;
        file = dir.resolve("gyre.json");
        Files.writeString(file, "{\"data\":\"one\"}");
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(Await.SECONDS, TimeUnit.SECONDS);
    }

    private ConfigSource follow(JsonObject given, long scanMillis) throws Exception {
        ConfigSource source = ConfigSource.open(vertx, given, scanMillis);
        await(source.load());
        source.onChange(told::add);
        return source;
    }

    private ConfigSource follow(Path path) throws Exception {
        return follow(new JsonObject().put("gyre.conf", path.toString()), SCAN_MILLIS);
    }

    /** At one stroke, so that no scan comes upon a part of it. */
    private void replace(Path old, String text) throws IOException {
        Path fresh = Files.writeString(dir.resolve("fresh"), text);
        Files.move(fresh, old, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Future<JsonObject> next() throws InterruptedException {
        Future<JsonObject> next = told.poll(Await.SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("news within ten seconds").isNotNull();
        return next;
    }

    private String nextData() throws InterruptedException {
        Future<JsonObject> next = next();
        assertThat(next.succeeded()).as(String.valueOf(next.cause())).isTrue();
        return next.result().getString("data");
    }

    @Test
    void aFileWrittenInPlaceIsNoticedAsShipped() throws Exception {
        ConfigSource source = ConfigSource.open(vertx, new JsonObject().put("gyre.conf", file.toString()));
        await(source.load());
        source.onChange(told::add);
        for (int i = 0; i < CHANGES; i++) {
            Files.writeString(file, "{\"data\":\"" + i + "\"}");
            assertThat(nextData()).isEqualTo(Integer.toString(i));
        }
    }

    @Test
    void aFileRenamedOverTheOldOneIsNoticed() throws Exception {
        follow(file);
        replace(file, "{\"data\":\"two\"}");
        assertThat(nextData()).isEqualTo("two");
    }

    @Test
    void aDirectorySwappedBehindASymlinkIsNoticed() throws Exception {
        Path first = Files.createDirectory(dir.resolve("..1"));
        Path second = Files.createDirectory(dir.resolve("..2"));
        Files.writeString(first.resolve("gyre.json"), "{\"data\":\"one\"}");
        Files.writeString(second.resolve("gyre.json"), "{\"data\":\"two\"}");
        Path data = Files.createSymbolicLink(dir.resolve("..data"), first);
        Path mounted = Files.createSymbolicLink(dir.resolve("mounted.json"), data.resolve("gyre.json"));
        follow(mounted);
        Path swap = Files.createSymbolicLink(dir.resolve("..data_tmp"), second);
        Files.move(swap, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertThat(nextData()).isEqualTo("two");
    }

    @Test
    void aBrokenFileIsToldOnceAndItsRepairToo() throws Exception {
        follow(file);
        replace(file, "{\"data\":\"one\",\n}");
        assertThat(next().cause()).isInstanceOf(UnreadableConfig.class)
                .hasMessage(file + ", line 2, column 1: unexpected '}' (expected: a key in double quotes)");
        replace(file, "{\"data\":\"one\"}");
        assertThat(nextData()).as("the repair is the very next news").isEqualTo("one");
    }

    @Test
    void aFileThatGoesAwayAndComesBackIsTold() throws Exception {
        follow(file);
        Files.delete(file);
        assertThat(next().cause())
                .hasMessage(file + ": no such file (expected: a JSON file with the config)");
        replace(file, "{\"data\":\"two\"}");
        assertThat(nextData()).isEqualTo("two");
    }

    @Test
    void aFileRewrittenWithTheSameMeaningIsNoNews() throws Exception {
        follow(file);
        replace(file, "{ \"data\" : \"one\" }\n");
        replace(file, "{\"data\":\"two\"}");
        assertThat(nextData()).isEqualTo("two");
    }

    @Test
    void aSecretChangedInItsOwnFileIsNoticed() throws Exception {
        Path secret = Files.writeString(dir.resolve("token"), "old");
        Files.writeString(file, "{\"data\":\"${file:" + secret + "}\"}");
        follow(file);
        Files.writeString(secret, "new");
        assertThat(nextData()).as("still the reference").isEqualTo("${file:" + secret + "}");
    }

    @Test
    void aFileAmongTheStoresIsFollowed() throws Exception {
        Path over = Files.writeString(dir.resolve("over.json"), "{\"data\":\"over\"}");
        JsonObject store = new JsonObject().put("type", "file")
                .put("config", new JsonObject().put("path", over.toString()));
        follow(new JsonObject().put("data", "one").put("stores", new JsonArray().add(store)), SCAN_MILLIS);
        replace(over, "{\"data\":\"again\"}");
        assertThat(nextData()).isEqualTo("again");
    }

    @Test
    void aClosedSourceIsSilent() throws Exception {
        ConfigSource closed = follow(file);
        await(closed.close());
        Files.writeString(file, "{\"data\":\"two\"}");
        LinkedBlockingQueue<Future<JsonObject>> others = new LinkedBlockingQueue<>();
        ConfigSource open = ConfigSource.open(vertx, new JsonObject().put("gyre.conf", file.toString()),
                SCAN_MILLIS);
        await(open.load());
        open.onChange(others::add);
        Files.writeString(file, "{\"data\":\"three\"}");
        assertThat(others.poll(Await.SECONDS, TimeUnit.SECONDS)).isNotNull();
        assertThat(told).isEmpty();
    }

    @Test
    void aMissingFileIsSaidPlainly() {
        Path missing = dir.resolve("missing.json");
        ConfigSource source = ConfigSource.open(vertx, new JsonObject().put("gyre.conf", missing.toString()));
        assertThatThrownBy(() -> await(source.load())).hasRootCauseInstanceOf(UnreadableConfig.class)
                .hasRootCauseMessage(missing + ": no such file (expected: a JSON file with the config)");
    }

    @Test
    void aDirectoryInPlaceOfTheFileIsSaidPlainly() {
        ConfigSource source = ConfigSource.open(vertx, new JsonObject().put("gyre.conf", dir.toString()));
        assertThatThrownBy(() -> await(source.load()))
                .hasRootCauseMessage(dir + ": a directory (expected: a JSON file with the config)");
    }
}
