package dev.gyre.health.outlier;

import dev.gyre.model.BackendId;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.Traffic;
import java.util.Optional;

/** One backend as its traffic shows it, and whether it is ejected for it. */
final class OutlierState {

    private final BackendId id;
    private final TrafficWindow window = new TrafficWindow();
    private final EjectionBackoff term = new EjectionBackoff();
    private Optional<Traffic> seen = Optional.empty();
    private boolean awaited;
    private long movedNanos;

    OutlierState(BackendId id, long nowNanos) {
        this.id = id;
        this.movedNanos = nowNanos;
    }

    /** The next sample. What was before the first, or by a pool that is gone, is not known to be recent. */
    void see(long nowNanos, Traffic traffic, EjectionPolicy policy) {
        Traffic before = seen.filter(last -> last.requests() <= traffic.requests()).orElse(traffic);
        window.add(nowNanos, before, traffic);
        int least = term.watchedFor(EjectionCause.SILENCE) ? 1 : policy.failures();
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

    EjectionBackoff term() {
        return term;
    }

    /** Its share of failures among its requests; 0 while it has none. */
    double failing(long nowNanos) {
        long requests = window.requests(nowNanos);
        return requests == 0 ? 0 : (double) window.failures(nowNanos) / requests;
    }

    /** How long no answer has begun while enough requests waited for one; nobody tells of the idle. */
    long silentNanos(long nowNanos) {
        return awaited ? nowNanos - movedNanos : 0;
    }

    long waiting() {
        return seen.map(Traffic::waiting).orElse(0L);
    }

    /** It is judged by what comes from now on. */
    void beginAnew(long nowNanos) {
        window.clear();
        movedNanos = nowNanos;
    }
}
