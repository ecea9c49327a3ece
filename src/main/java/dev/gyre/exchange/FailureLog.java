package dev.gyre.exchange;

import dev.gyre.model.Failure;
import dev.gyre.model.SparseLine;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
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

    private final Map<Kind, SparseLine> lines = new ConcurrentHashMap<>();

    /** @param backend its name, or empty when the failure is none of a backend's */
    void report(Failure failure, String backend, String details) {
        // An overload has its own log, which has a line when it begins and one when it ends.
        if (failure.side() == Failure.Side.CLIENT || failure == Failure.OVERLOADED) {
            return;
        }
        if (lines.size() > KINDS) {
            lines.clear();
        }
        long now = System.nanoTime();
        lines.computeIfAbsent(new Kind(failure, backend), kind -> new SparseLine(EVERY, now)).happened(now)
                .ifPresent(more -> LOG.warn("{}{} ({}){}{}", backend.isEmpty() ? "" : backend + ": ",
                        failure.explanation(), failure.word(),
                        details == null || details.isEmpty() ? "" : ": " + details, more));
    }
}
