package dev.gyre.upstream;

import dev.gyre.balancing.PeakEwma;
import dev.gyre.model.Failure;
import dev.gyre.model.Outcome;

/** What one event loop's requests to one backend have gone through, for balancing to look at. */
final class LatencyTracker {

    private final PeakEwma answerTime = new PeakEwma();

    /** What was refused (429) or failed must not make a backend look fast, however fast it was. */
    void add(Lease lease, Outcome outcome, long now) {
        boolean failed = outcome instanceof Outcome.Failed f && f.fault() == Failure.Side.BACKEND
                || outcome instanceof Outcome.Answered a && !a.early()
                && (a.status() == 429 || a.status() >= 500);
        long waited = lease.waitedNanos(now);
        if (failed) {
            lease.pool().shared().conduct().failed(now);
            answerTime.observeFailed(waited, now);
        } else if (outcome instanceof Outcome.Answered && lease.firstByteNanos() != 0 && waited != 0) {
            answerTime.observe(waited, now);
        }
    }

    PeakEwma answerTime() {
        return answerTime;
    }
}
