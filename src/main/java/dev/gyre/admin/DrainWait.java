package dev.gyre.admin;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.registry.CommandRefused;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Waits until this node has no request in flight to a backend that gets no new ones. */
final class DrainWait {

    private static final long POLL_MILLIS = 25;

    private final Vertx vertx;
    private final Observed observed;

    DrainWait(Vertx vertx, Observed observed) {
        this.vertx = vertx;
        this.observed = observed;
    }

    /** How many requests are left: 0 once none is, else the number at the timeout. */
    Future<Long> left(BackendId id, Duration timeout) {
        Promise<Long> left = Promise.promise();
        AtomicBoolean late = new AtomicBoolean(timeout.isZero());
        long deadline = timeout.isZero() ? -1 : vertx.setTimer(timeout.toMillis(), timer -> late.set(true));
        poll(id, late, left);
        return left.future().onComplete(done -> vertx.cancelTimer(deadline));
    }

    private void poll(BackendId id, AtomicBoolean late, Promise<Long> left) {
        observed.stats().onComplete(stats -> {
            BackendStats own = stats.get(id);
            long inFlight = own == null ? 0 : own.inFlight();
            if (inFlight == 0 || late.get()) {
                left.complete(inFlight);
            } else {
                vertx.setTimer(POLL_MILLIS, timer -> poll(id, late, left));
            }
        }, failure -> left.fail(new CommandRefused(500, id
                + " gets no new request, but the node cannot tell how many are in flight: "
                + failure.getMessage())));
    }
}
