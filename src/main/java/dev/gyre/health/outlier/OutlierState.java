package dev.gyre.health.outlier;

import dev.gyre.model.BackendId;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.Traffic;
import java.util.Optional;

/** One backend's recent traffic, and whether it is ejected. */
final class OutlierState {

    private final BackendId id;
    private final TrafficWindow window = new TrafficWindow();
    private final EjectionBackoff backoff = new EjectionBackoff();
    private Optional<Traffic> seen = Optional.empty();
    private boolean awaited;
    private long movedNanos;

    OutlierState(BackendId id, long nowNanos) {
        this.id = id;
        this.movedNanos = nowNanos;
    }

    /** The next sample. What was before the first, or by a pool that is gone, is not known to be recent. */
    void update(long nowNanos, Traffic traffic, EjectionPolicy policy) {
        Traffic before = seen.filter(last -> last.requests() <= traffic.requests()).orElse(traffic);
        window.add(nowNanos, before, traffic);
        int least = backoff.onProbationFor(EjectionCause.SILENCE) ? 1 : policy.failures();
        boolean awaitedBefore = awaited;
        awaited = traffic.waiting() >= least;
        if (traffic.answers() != before.answers() || !awaitedBefore) {
            movedNanos = nowNanos;
        }
        seen = Optional.of(traffic);
    }

    BackendId id() {
        return id;
    }

    TrafficWindow window() {
        return window;
    }

    EjectionBackoff backoff() {
        return backoff;
    }

    /** Its share of failures among its requests; 0 while it has none. */
    double failing(long nowNanos) {
        long requests = window.requests(nowNanos);
        return requests == 0 ? 0 : (double) window.failures(nowNanos) / requests;
    }

    /** How long no answer has begun while enough requests waited for one; 0 for an idle backend. */
    long silentNanos(long nowNanos) {
        return awaited ? nowNanos - movedNanos : 0;
    }

    long waiting() {
        return seen.map(Traffic::waiting).orElse(0L);
    }

    /** Forgets the traffic up to now. */
    void reset(long nowNanos) {
        window.clear();
        movedNanos = nowNanos;
    }
}
