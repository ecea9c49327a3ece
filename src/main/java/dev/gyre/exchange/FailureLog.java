package dev.gyre.exchange;

import dev.gyre.log.RateLimitedLogs;
import dev.gyre.model.Failure;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One log line for a kind of failure of a backend, at most once in ten seconds, with the number of those that
 * were kept back: a dead backend must not fill the disk. Thread-safe.
 */
final class FailureLog {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.proxy");
    private static final Duration EVERY = Duration.ofSeconds(10);
    /** Backends come and go for years; beyond so many kinds of failure the log begins again. */
    private static final int KINDS = 10_000;

    private record Kind(Failure failure, String backend) {
    }

    private final RateLimitedLogs<Kind> lines = new RateLimitedLogs<>(EVERY, KINDS);

    /** @param backend its name, or empty when the failure is none of a backend's */
    void report(Failure failure, String backend, String details) {
        // An overload has its own log, which has a line when it begins and one when it ends.
        if (failure.side() == Failure.Side.CLIENT || failure == Failure.OVERLOADED) {
            return;
        }
        lines.happened(new Kind(failure, backend), System.nanoTime())
                .ifPresent(more -> LOG.warn("{}{} ({}){}{}", backend.isEmpty() ? "" : backend + ": ",
                        failure.explanation(), failure.word(),
                        details == null || details.isEmpty() ? "" : ": " + details, more));
    }
}
