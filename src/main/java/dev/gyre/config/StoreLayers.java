package dev.gyre.config;

import dev.gyre.files.GuardedFile;
import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stores that a config lists, laid over it in their order. Lives on one context.
 *
 * <p>Each has a retriever of its own, since a shared one says neither which store failed nor which one gave
 * a key, and takes an optional store that is down for one that gives nothing any more.
 */
final class StoreLayers {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.config");

    private final Vertx vertx;
    private List<StoreSettings> settings = List.of();
    private List<Layer> layers = List.of();

    StoreLayers(Vertx vertx) {
        this.vertx = vertx;
    }

    /** Opens the stores that {@code wanted} lists, unless they are open already. */
    Future<JsonObject> over(JsonObject base, List<StoreSettings> wanted) {
        if (!wanted.equals(settings)) {
            close();
            List<Layer> opened = new ArrayList<>();
            layers = opened;
            for (StoreSettings store : wanted) {
                try {
                    opened.add(new Layer(store, retriever(store)));
                } catch (RuntimeException e) {
                    close();
                    return Future.failedFuture(new UnreadableConfig(store.path() + ": " + e.getMessage()));
                }
            }
            settings = wanted;
        }
        return Future.all(layers.stream().map(layer -> layer.read(vertx)).toList()).map(read -> {
            JsonObject merged = base.copy();
            read.<JsonObject>list().forEach(given -> merged.mergeIn(given.copy(), true));
            return merged;
        });
    }

    void close() {
        layers.forEach(layer -> layer.retriever.close());
        layers = List.of();
        settings = List.of();
    }

    private ConfigRetriever retriever(StoreSettings store) {
        return ConfigRetriever.create(vertx, new ConfigRetrieverOptions().setScanPeriod(-1).addStore(
                new ConfigStoreOptions().setType(store.type()).setFormat(store.format())
                        .setConfig(store.config().copy())));
    }

    private static final class Layer {

        private final StoreSettings store;
        private final ConfigRetriever retriever;
        private JsonObject last = new JsonObject();
        private boolean failing;

        Layer(StoreSettings store, ConfigRetriever retriever) {
            this.store = store;
            this.retriever = retriever;
        }

        Future<JsonObject> read(Vertx vertx) {
            Future<Void> regular = !store.type().equals("file") ? Future.succeededFuture()
                    : vertx.getOrCreateContext().executeBlocking(this::requireRegular, false);
            return regular.compose(found -> retriever.getConfig()).compose(this::accept)
                    .recover(this::failed);
        }

        private Void requireRegular() throws UnreadableConfig {
            Optional<String> why = GuardedFile.irregularity(Path.of(store.config().getString("path")));
            if (why.isPresent()) {
                throw new UnreadableConfig(why.get());
            }
            return null;
        }

        private Future<JsonObject> accept(JsonObject given) {
            JsonObject kept = store.restrict(given);
            for (String key : List.of("stores", ConfigSource.PATH_KEY)) {
                if (kept.containsKey(key)) {
                    return Future.failedFuture(new UnreadableConfig(
                            "gives \"" + key + "\" (expected: keys other than where config comes from)"));
                }
            }
            if (failing) {
                LOG.info("store readable again path={} type={}", store.path(), store.type());
            }
            failing = false;
            last = kept;
            return Future.succeededFuture(kept);
        }

        private Future<JsonObject> failed(Throwable cause) {
            String why = cause instanceof DecodeException e ? JsonText.mistake(e) : ": " + cause.getMessage();
            String line = store.path() + " (" + store.type() + ")" + why;
            if (!store.optional()) {
                return Future.failedFuture(new UnreadableConfig(line));
            }
            if (!failing) {
                LOG.warn("{}; it is optional, its last content stays", line);
            }
            failing = true;
            return Future.succeededFuture(last);
        }
    }
}
