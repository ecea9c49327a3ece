package dev.gyre.health.outlier;

import dev.gyre.model.EjectionPolicy;
import java.time.Duration;

/**
 * How long a backend is ejected: twice as long each time, and half as long again for each stretch of good
 * conduct that lasts as long as it would be ejected next. Just back, it is watched: until it has answered
 * enough requests, or for as long as it was away, less is needed to eject it again.
 */
final class EjectionBackoff {

    private enum Phase { FREE, EJECTED, WATCHED }

    /** Beyond it a millisecond has become longer than any time that can be set. */
    private static final int MOST_REPETITIONS = 40;

    private Phase phase = Phase.FREE;
    private int repetitions;
    private long until;
    private boolean returned;
    private long back;
    private long goodSince;
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

    boolean over(long nowNanos) {
        return nowNanos - until >= 0;
    }

    void end(long nowNanos) {
        phase = Phase.WATCHED;
        returned = true;
        back = nowNanos;
        goodSince = nowNanos;
    }

    /** Time has passed in freedom, with so many requests since it came back, or in the last ten seconds. */
    void pass(long nowNanos, long requests, EjectionPolicy policy) {
        if (phase == Phase.WATCHED && requests >= policy.requests()) {
            phase = Phase.FREE;
        }
        while (repetitions > 0 && nowNanos - goodSince >= length(policy).toNanos()) {
            goodSince += length(policy).toNanos();
            repetitions--;
            phase = Phase.FREE;
        }
    }

    boolean ejected() {
        return phase == Phase.EJECTED;
    }

    boolean watched() {
        return phase == Phase.WATCHED;
    }

    /** It is watched for this. */
    boolean watchedFor(EjectionCause suspected) {
        return watched() && cause == suspected;
    }

    /** A request that began at this time did so after the backend's return, if it ever was away. */
    boolean sinceReturn(long begunNanos) {
        return !returned || begunNanos - back >= 0;
    }
}
