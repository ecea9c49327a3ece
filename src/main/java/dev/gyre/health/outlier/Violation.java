package dev.gyre.health.outlier;

import dev.gyre.model.FailureStreak;
import dev.gyre.model.Outcome;

/** @param detail for the operator, e.g. {@code 5 failures in a row (last: connection refused)} */
record Violation(EjectionCause cause, String detail) {

    static Violation consecutiveFailures(FailureStreak streak) {
        return new Violation(EjectionCause.FAILURES,
                streak.length() + " failures in a row (last: " + how(streak.last()) + ")");
    }

    static Violation onProbation(FailureStreak streak) {
        return new Violation(EjectionCause.FAILURES,
                "fails again after its return (" + how(streak.last()) + ")");
    }

    private static String how(Outcome last) {
        if (last instanceof Outcome.Answered answered) {
            return "status " + answered.status();
        }
        return last instanceof Outcome.Failed failed ? failed.failure().proxyError().replace('_', ' ')
                : "moved";
    }
}
