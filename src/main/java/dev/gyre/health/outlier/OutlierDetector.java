package dev.gyre.health.outlier;

import dev.gyre.model.AnswerTimes;
import dev.gyre.model.DurationText;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.FailureStreak;
import java.time.Duration;
import java.util.Optional;

/** Finds violations in a backend's traffic, compared with the other backends of its service. */
final class OutlierDetector {

    /** No answer for a shorter time is normal for many a service. */
    static final long SILENCE_NANOS = Duration.ofSeconds(1).toNanos();

    /** Of a silence, in median times to answer: few services have one answer in ten times longer. */
    private static final int SILENCE_TIMES = 10;

    /** A smaller difference never counts, whatever the ratio. */
    private static final Duration LATENCY_MARGIN = Duration.ofMillis(50);

    /**
     * A run of failures does not count if the failure rate of all backends explains it, that is if such runs
     * happen more often than once in a hundred thousand requests: five in a row from a rate of one in ten.
     */
    private static final double CHANCE = 1e-5;

    private OutlierDetector() {
    }

    /** The violation, if any, at the moment of a failure. */
    static Optional<Violation> of(FailureStreak streak, OutlierState state, PeerStatistics peers,
            EjectionPolicy policy) {
        if (!state.backoff().startedSinceReturn(streak.begunNanos())) {
            // The request was sent before the ejection, and must not count again.
            return Optional.empty();
        }
        if (state.backoff().onProbation()) {
            return Optional.of(Violation.onProbation(streak));
        }
        boolean aRow = streak.length() % policy.failures() == 0
                && Math.pow(peers.failing(), policy.failures()) <= CHANCE;
        return aRow ? Optional.of(Violation.consecutiveFailures(streak)) : Optional.empty();
    }

    /** The violation, if any, in the latest sample. */
    static Optional<Violation> of(OutlierState state, PeerStatistics peers, EjectionPolicy policy,
            long nowNanos) {
        return rate(state, peers, policy, nowNanos)
                .or(() -> latency(state, peers, policy, nowNanos))
                .or(() -> silence(state, peers, nowNanos));
    }

    private static Optional<Violation> rate(OutlierState state, PeerStatistics peers, EjectionPolicy policy,
            long now) {
        long requests = state.window().requests(now);
        double failing = state.failing(now);
        boolean again = state.backoff().onProbationFor(EjectionCause.RATE) && failing > 0;
        if (!again && (requests < policy.requests() || failing - peers.failing() < policy.rate())) {
            return Optional.empty();
        }
        return Optional.of(new Violation(EjectionCause.RATE, percent(failing) + " of " + requests
                + " requests failed, " + percent(peers.failing())
                + " at the service's median backend"));
    }

    private static String percent(double share) {
        return Math.round(share * 100) + " %";
    }

    private static Optional<Violation> latency(OutlierState state, PeerStatistics peers,
            EjectionPolicy policy, long now) {
        Optional<Duration> usual = peers.comparableAnswerTime();
        if (policy.latency().isEmpty() || usual.isEmpty()) {
            return Optional.empty();
        }
        int[] times = state.window().times(now);
        // A median needs more than one answer to be one.
        int least = state.backoff().onProbationFor(EjectionCause.LATENCY)
                ? (policy.requests() + 3) / 4 : policy.requests();
        Duration median = AnswerTimes.median(times);
        boolean slow = AnswerTimes.sum(times) >= least
                && median.toNanos() > policy.latency().get() * usual.get().toNanos()
                && median.compareTo(usual.get().plus(LATENCY_MARGIN)) > 0;
        return slow ? Optional.of(new Violation(EjectionCause.LATENCY, "its median answer takes "
                + DurationText.text(median) + ", that of the service's median backend "
                + DurationText.text(usual.get()))) : Optional.empty();
    }

    private static Optional<Violation> silence(OutlierState state, PeerStatistics peers, long now) {
        long silent = state.silentNanos(now);
        if (silent < SILENCE_NANOS || peers.answerTime().isEmpty()) {
            return Optional.empty();
        }
        long normal = Math.max(SILENCE_NANOS, SILENCE_TIMES * peers.answerTime().get().toNanos());
        // If most backends are silent, they share a cause, even if they fell silent at different times.
        boolean alone = peers.silentNanos() < normal / 2;
        return silent >= normal && alone ? Optional.of(new Violation(EjectionCause.SILENCE,
                "no answer for " + DurationText.text(Duration.ofNanos(silent))
                        + " while others answer (requests waiting: " + state.waiting() + ")"))
                : Optional.empty();
    }
}
