package dev.gyre.model;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * When a request is tried again, and how often at most.
 *
 * @param attempts tries in all, the first one and a hedge included, 1..10; 1: none is tried again
 * @param causes   what a try may have come to for another to follow
 * @param statuses answers that are replaced by another try's, each 400..599
 * @param perTry   how long a try that another can follow may take from the end of the request to the head of
 *                 the answer; empty: as long as {@link Timeouts#firstByte}
 * @param backoff  how long to wait before a retry
 * @param buffer   up to this many bytes of a request's body are kept to be sent again, 0..16 MB
 * @param budget   how many retries the service's backends can be asked to bear
 * @param hedge    when an unanswered request is sent to a second backend
 */
public record RetryPolicy(int attempts, Set<RetryCause> causes, Set<Integer> statuses,
        Optional<Duration> perTry, Backoff backoff, int buffer, Budget budget,
        Hedge hedge) {

    public static final RetryPolicy DEFAULT = new RetryPolicy(3, EnumSet.allOf(RetryCause.class),
            Set.of(502, 503, 504), Optional.empty(),
            new Backoff(Duration.ofMillis(10), Duration.ofMillis(250)), 64 * 1024, new Budget(0.2, 3),
            new Hedge.Off());

    /**
     * The wait is random, from none to {@code base}, which doubles with each further retry up to {@code max}.
     */
    public record Backoff(Duration base, Duration max) {

        /** The longest wait before the retry with this number, from 1. */
        public Duration atMost(int retry) {
            Duration doubled = base.multipliedBy(1L << Math.min(retry - 1, 20));
            return doubled.compareTo(max) < 0 ? doubled : max;
        }
    }

    /**
     * On each node.
     *
     * @param ratio     retries for each request over ten seconds, 0..1; in one second half as many again
     * @param perSecond retries that are allowed where the ratio comes to less, 0..1,000,000
     */
    public record Budget(double ratio, int perSecond) { }

    public RetryPolicy {
        causes = Set.copyOf(causes);
        statuses = Set.copyOf(statuses);
    }

    /**
     * Another try may follow this failure. RFC 9110, section 9.2.2: a request may be repeated when it is
     * idempotent, or when it certainly was not processed.
     *
     * @param unsent no part of the request can have been processed
     */
    public boolean covers(Failure failure, boolean idempotent, boolean unsent) {
        return failure.retryCause().filter(causes::contains).isPresent()
                && (idempotent || unsent || failure.retryCause().get() == RetryCause.CONNECT);
    }

    /** Another try may follow this answer. */
    public boolean covers(int status, boolean idempotent) {
        return status >= 400 && idempotent && statuses.contains(status);
    }
}
