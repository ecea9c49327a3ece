package dev.gyre;

import dev.gyre.config.Checked;
import dev.gyre.config.ConfigError;
import dev.gyre.config.ConfigReader;
import dev.gyre.config.ConfigSource;
import dev.gyre.config.Settings;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The config of a node: read at its start, and followed while the node runs. */
final class NodeConfig {

    private static final Logger LOG = LoggerFactory.getLogger("gyre");

    private final Context context;
    private final ConfigSource source;

    /**
     * @param context reads on it, beside its event loop
     * @param given   what {@link ConfigSource} takes
     */
    NodeConfig(Vertx vertx, Context context, JsonObject given) {
        this.context = context;
        this.source = ConfigSource.open(vertx, given);
    }

    /** Fails with {@link StartFailed}, which lists all mistakes at once. */
    Future<Settings> read() {
        return source.load()
                .recover(e -> Future.failedFuture(StartFailed.badConfig(List.of(e.getMessage()))))
                .compose(this::checked)
                .compose(read -> read instanceof Checked.Rejected<Settings> rejected
                        ? Future.failedFuture(StartFailed.badConfig(lines(rejected)))
                        : Future.succeededFuture(read.accepted().orElseThrow()));
    }

    /** A change with mistakes is logged and goes no further. */
    void follow(Consumer<Settings> changed) {
        source.onChange(loaded -> loaded.compose(this::checked)
                .onFailure(e -> LOG.error("config rejected, keeping the running one: {}", e.getMessage()))
                .onSuccess(read -> {
                    if (read instanceof Checked.Rejected<Settings> rejected) {
                        lines(rejected).forEach(line ->
                                LOG.error("config rejected, keeping the running one: {}", line));
                    } else {
                        changed.accept(read.accepted().orElseThrow());
                    }
                }));
    }

    private Future<Checked<Settings>> checked(JsonObject json) {
        return context.executeBlocking(() -> ConfigReader.read(json), false);
    }

    private static List<String> lines(Checked.Rejected<Settings> rejected) {
        return rejected.errors().stream().map(ConfigError::toString).toList();
    }

    Future<Void> close() {
        return source.close();
    }
}
