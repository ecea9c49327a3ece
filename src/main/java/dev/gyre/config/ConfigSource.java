package dev.gyre.config;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Where a node's config comes from: a file or JSON given at the start, and the stores either lists. What it
 * yields is JSON as it was found; {@link ConfigReader} checks it and puts in variables and files.
 *
 * <p>Failures are {@link UnreadableConfig}. All happens on the context that {@link #open} was called on.
 */
public final class ConfigSource {

    /** The only key of the given JSON when it names a file instead of being the config. */
    public static final String PATH_KEY = "gyre.conf";

    private static final long SCAN_MILLIS = 1_000;

    private final Vertx vertx;
    private final Context context;
    private final long scanMillis;
    private final Supplier<Future<JsonObject>> base;
    private final StoreLayers layers;

    private Optional<Found> last = Optional.empty();
    private Optional<String> suspected = Optional.empty();
    private Optional<String> reported = Optional.empty();
    private boolean following;
    private boolean closed;
    private long timer = -1;

    /**
     * What was read.
     *
     * @param json       as it was found
     * @param resolved   with variables and files put in, so that a secret changed in its own file counts as a
     *                   change
     * @param namesFiles the same JSON may come to something else the next time
     * @param news       it is not what was found before
     */
    private record Found(JsonObject json, JsonObject resolved, boolean namesFiles, boolean news) {
    }

    private ConfigSource(Vertx vertx, Supplier<Future<JsonObject>> base, long scanMillis) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.scanMillis = scanMillis;
        this.base = base;
        this.layers = new StoreLayers(vertx);
    }

    /** @param given the config itself, or {@code {"gyre.conf": "/path/to/file.json"}} */
    public static ConfigSource open(Vertx vertx, JsonObject given) {
        return open(vertx, given, SCAN_MILLIS);
    }

    static ConfigSource open(Vertx vertx, JsonObject given, long scanMillis) {
        if (given.size() == 1 && given.getValue(PATH_KEY) instanceof String path) {
            ConfigFile file = new ConfigFile(vertx, path);
            return new ConfigSource(vertx, file::read, scanMillis);
        }
        JsonObject fixed = given.copy();
        return new ConfigSource(vertx, () -> Future.succeededFuture(fixed), scanMillis);
    }

    /** Reads everything again. */
    public Future<JsonObject> load() {
        Promise<JsonObject> loaded = Promise.promise();
        context.runOnContext(start -> find().onComplete(result -> {
            if (result.succeeded()) {
                last = Optional.of(result.result());
            }
            loaded.handle(result.map(found -> found.json().copy()));
        }));
        return loaded.future();
    }

    /**
     * From now on reports each change against the last config loaded, about a second after it happens; a
     * change of a file behind {@code ${file:PATH}} counts, too. A failure is reported once, after two scans
     * have seen it, so that a half-written file is not reported. The first config read after a failure is
     * always reported, even when it was loaded before.
     *
     * @param listener gets a completed future
     */
    public void onChange(Consumer<Future<JsonObject>> listener) {
        context.runOnContext(start -> {
            if (following) {
                throw new IllegalStateException("changes are being followed already");
            }
            following = true;
            scanLater(listener);
        });
    }

    public Future<Void> close() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(stop -> {
            closed = true;
            vertx.cancelTimer(timer);
            layers.close();
            done.complete();
        });
        return done.future();
    }

    private void scanLater(Consumer<Future<JsonObject>> listener) {
        if (!closed) {
            timer = vertx.setTimer(scanMillis, due -> find().onComplete(result -> {
                if (!closed) {
                    judge(result).ifPresent(listener);
                }
                scanLater(listener);
            }));
        }
    }

    private Optional<Future<JsonObject>> judge(AsyncResult<Found> read) {
        if (read.succeeded()) {
            Found found = read.result();
            boolean news = reported.isPresent() || found.news();
            last = Optional.of(found);
            suspected = Optional.empty();
            reported = Optional.empty();
            return news ? Optional.of(Future.succeededFuture(found.json().copy())) : Optional.empty();
        }
        Optional<String> failure = Optional.of(String.valueOf(read.cause().getMessage()));
        boolean news = failure.equals(suspected) && !failure.equals(reported);
        suspected = failure;
        if (news) {
            reported = failure;
        }
        return news ? Optional.of(Future.failedFuture(read.cause())) : Optional.empty();
    }

    private Future<JsonObject> read() {
        return base.get().compose(json -> {
            if (!json.containsKey("stores")) {
                layers.close();
                return Future.succeededFuture(json);
            }
            // Where the list itself is wrong, the reader says so, together with everything else.
            return context.executeBlocking(() -> stores(json), false).compose(wanted -> wanted.isPresent()
                    ? layers.over(json, wanted.get()) : Future.succeededFuture(json));
        });
    }

    private static Optional<List<StoreSettings>> stores(JsonObject json) {
        Findings findings = new Findings();
        JsonObject stores = new JsonObject().put("stores", json.getValue("stores"));
        JsonObject resolved = Substitution.ofProcess(findings).in("", stores);
        List<StoreSettings> wanted = StoreSettings.read(
                new Fields("", resolved, SettingsTable.CONFIG, findings));
        return findings.none() ? Optional.of(wanted) : Optional.empty();
    }

    /**
     * Files block, and a config of thousands of backends takes its time: no event loop waits for either, nor
     * does whatever else this context does beside its event loop.
     */
    private Future<Found> find() {
        return read().compose(json -> {
            Optional<Found> before = last;
            if (before.isPresent() && before.get().json() == json && !before.get().namesFiles()) {
                return Future.succeededFuture(new Found(json, before.get().resolved(), false, false));
            }
            return context.executeBlocking(() -> {
                JsonObject resolved = Substitution.ofProcess(new Findings()).in("", json);
                boolean same = before.isPresent() && before.get().resolved().equals(resolved);
                return new Found(json, resolved, json.encode().contains(Substitution.FILE), !same);
            }, false);
        });
    }
}
