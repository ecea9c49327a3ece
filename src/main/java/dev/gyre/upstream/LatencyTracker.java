package dev.gyre.upstream;

import dev.gyre.balancing.PeakEwma;
import dev.gyre.model.Failure;
import dev.gyre.model.Outcome;

/** What one event loop's requests to one backend have gone through, for balancing to look at. */
final class LatencyTracker {

    private final PeakEwma answerTime = new PeakEwma();

    /**
     * What was refused (429) or failed must not make a backend look fast, however fast it was.
     *
     * @param waited   what the backend made the request wait, in nanoseconds; 0: not known
     * @param answered something has come from the backend
     * @return false when it failed
     */
    boolean add(Outcome outcome, long waited, boolean answered, long now) {
        boolean failed = outcome instanceof Outcome.Failed f && f.fault() == Failure.Side.BACKEND
                || outcome instanceof Outcome.Answered a && !a.early()
                && (a.status() == 429 || a.status() >= 500);
        if (failed) {
            answerTime.observeFailed(waited, now);
        } else if (outcome instanceof Outcome.Answered && answered && waited != 0) {
            answerTime.observe(waited, now);
        }
        return !failed;
    }

    PeakEwma answerTime() {
        return answerTime;
    }
}
