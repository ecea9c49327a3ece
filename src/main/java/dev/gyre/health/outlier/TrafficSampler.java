package dev.gyre.health.outlier;

import dev.gyre.model.BackendId;
import dev.gyre.model.FailureStreak;
import dev.gyre.model.Topology;
import dev.gyre.model.Traffic;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Feeds the {@link Ejector} on one context: event loops report failures as they happen, and their counters
 * are read four times a second. Thread-safe.
 */
public final class TrafficSampler {

    private static final long SAMPLE_EVERY_MILLIS = 250;

    private final Ejector ejector;
    private final Vertx vertx;
    private final Context context;
    private long timer;
    private boolean asking;

    /** To be called on a Vert.x context, which becomes the ejector's. */
    public TrafficSampler(Vertx vertx, Ejector ejector) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.ejector = ejector;
    }

    /** @param traffic what each backend has made of its requests so far */
    public void start(Supplier<Future<Map<BackendId, Traffic>>> traffic) {
        timer = vertx.setPeriodic(SAMPLE_EVERY_MILLIS, tick -> context.runOnContext(v -> sample(traffic)));
    }

    private void sample(Supplier<Future<Map<BackendId, Traffic>>> traffic) {
        if (!asking) {
            // Busy loops may take longer than a tick to answer.
            asking = true;
            traffic.get().onComplete(read -> context.runOnContext(v -> {
                asking = false;
                ejector.sample(read);
            }), e -> context.runOnContext(v -> asking = false));
        }
    }

    public void apply(Topology topology) {
        context.runOnContext(v -> ejector.apply(topology));
    }

    /** To be called in the moment of a failure, on any thread. */
    public void failed(FailureStreak streak) {
        if (ejector.mustReport(streak)) {
            context.runOnContext(v -> ejector.failed(streak));
        }
    }

    public Future<Void> close() {
        vertx.cancelTimer(timer);
        return Future.succeededFuture();
    }
}
