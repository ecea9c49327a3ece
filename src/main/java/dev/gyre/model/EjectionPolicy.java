package dev.gyre.model;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * When a backend that fails requests is left out for a while, on each node by what that node sees.
 *
 * @param failures     in a row that eject it, 1..1000
 * @param rate         ejects it when its share of failed requests lies so much above the service's median,
 *                     0.01..1
 * @param requests     within ten seconds without which rate and latency say nothing, 1..1,000,000
 * @param latency      ejects it when its median time to answer is more than so many times the service's
 *                     median, and 50 ms, 1.5..100; empty: a slow backend is none that fails
 * @param statuses     answers that are failures, each 500..599; 500 counts towards the rate in any case
 * @param baseEjection how long the first ejection lasts; each repeat doubles it
 * @param maxEjection  how long an ejection lasts at most, no less than {@code baseEjection}
 * @param max          share of the service's backends that may be ejected at a time, 0..1; above 0 one may
 *                     always be where there are two; 0: none ever is
 */
public record EjectionPolicy(int failures, double rate, int requests, Optional<Double> latency,
        Set<Integer> statuses, Duration baseEjection, Duration maxEjection,
        double max) {

    public static final EjectionPolicy DEFAULT = new EjectionPolicy(5, 0.5, 20, Optional.empty(),
            Set.of(502, 503, 504), Duration.ofSeconds(10), Duration.ofMinutes(5), 0.3);

    /** 100 times 0.29 is to be 29. */
    private static final double ROUNDING = 1e-9;

    public EjectionPolicy {
        statuses = Set.copyOf(statuses);
    }

    /** What the end of a request says about the backend. */
    public enum Weight {
        /** Nothing: the client's or the node's doing, or the request went elsewhere. */
        NONE,
        GOOD,
        /**
         * A 500 is often the request's fault, and comes again on every backend: it counts only in comparison
         * with the others.
         */
        DOUBTFUL,
        FAILURE
    }

    public Weight weigh(Outcome outcome) {
        if (outcome instanceof Outcome.Answered answered) {
            int status = answered.status();
            return status < 500 ? Weight.GOOD
                    : answered.early() ? Weight.NONE
                    : statuses.contains(status) ? Weight.FAILURE
                    : status == 500 ? Weight.DOUBTFUL : Weight.GOOD;
        }
        return outcome instanceof Outcome.Failed failed && failed.fault() == Failure.Side.BACKEND
                ? Weight.FAILURE : Weight.NONE;
    }

    /** How many of so many backends may be ejected at a time. */
    public int atMost(int backends) {
        if (max == 0 || backends < 2) {
            return 0;
        }
        return Math.min(backends - 1, Math.max(1, (int) (backends * max + ROUNDING)));
    }
}
