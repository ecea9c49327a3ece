package dev.gyre.health.outlier;

import dev.gyre.model.FailureStreak;
import dev.gyre.model.Outcome;

/** @param words for the operator, e.g. {@code 5 failures in a row (last: connection refused)} */
record Offence(Cause cause, String words) {

    static Offence inARow(FailureStreak streak) {
        return new Offence(Cause.FAILURES,
                streak.length() + " failures in a row (last: " + how(streak.last()) + ")");
    }

    static Offence afterReturn(FailureStreak streak) {
        return new Offence(Cause.FAILURES, "fails again after its return (" + how(streak.last()) + ")");
    }

    private static String how(Outcome last) {
        if (last instanceof Outcome.Answered answered) {
            return "status " + answered.status();
        }
        return last instanceof Outcome.Failed failed ? failed.failure().proxyError().replace('_', ' ')
                : "moved";
    }
}
