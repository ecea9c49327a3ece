package dev.gyre.health.outlier;

import dev.gyre.model.EjectionPolicy;
import java.time.Duration;

/**
 * How long a backend is ejected. Each repeat doubles the time; a clean period as long as the next ejection
 * halves it. After its return it is on probation: until it has answered enough requests, or for as long as it
 * was ejected, less evidence ejects it again.
 */
final class EjectionBackoff {

    private enum Phase { IN_SERVICE, EJECTED, PROBATION }

    /** Beyond it a millisecond has become longer than any time that can be set. */
    private static final int MOST_REPETITIONS = 40;

    private Phase phase = Phase.IN_SERVICE;
    private int repetitions;
    private long until;
    private boolean returned;
    private long back;
    private long cleanSince;
    private EjectionCause cause = EjectionCause.FAILURES;

    Duration begin(long nowNanos, EjectionPolicy policy, EjectionCause newCause) {
        phase = Phase.EJECTED;
        cause = newCause;
        repetitions = Math.min(MOST_REPETITIONS, repetitions + 1);
        Duration length = length(policy);
        until = nowNanos + length.toNanos();
        return length;
    }

    /** @return how long it is at the present number of repetitions, which is not 0 */
    private Duration length(EjectionPolicy policy) {
        Duration length = policy.baseEjection();
        for (int i = 1; i < repetitions && length.compareTo(policy.maxEjection()) < 0; i++) {
            length = length.multipliedBy(2);
        }
        return length.compareTo(policy.maxEjection()) > 0 ? policy.maxEjection() : length;
    }

    boolean ended(long nowNanos) {
        return nowNanos - until >= 0;
    }

    void end(long nowNanos) {
        phase = Phase.PROBATION;
        returned = true;
        back = nowNanos;
        cleanSince = nowNanos;
    }

    /**
     * Time has passed without an ejection, with this many requests since the return or in the last ten
     * seconds.
     */
    void elapse(long nowNanos, long requests, EjectionPolicy policy) {
        if (phase == Phase.PROBATION && requests >= policy.requests()) {
            phase = Phase.IN_SERVICE;
        }
        while (repetitions > 0 && nowNanos - cleanSince >= length(policy).toNanos()) {
            cleanSince += length(policy).toNanos();
            repetitions--;
            phase = Phase.IN_SERVICE;
        }
    }

    boolean ejected() {
        return phase == Phase.EJECTED;
    }

    boolean onProbation() {
        return phase == Phase.PROBATION;
    }

    /** It is on probation for this cause. */
    boolean onProbationFor(EjectionCause suspected) {
        return onProbation() && cause == suspected;
    }

    /** Whether a request that began at this time began after the backend's last return. */
    boolean startedSinceReturn(long begunNanos) {
        return !returned || begunNanos - back >= 0;
    }
}
