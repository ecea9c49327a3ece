package dev.gyre.proxy;

import dev.gyre.model.Failure;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One log line for a kind of failure of a backend, at most once in ten seconds, with the number of those that
 * were kept back: a dead backend must not fill the disk. Thread-safe.
 */
final class FailureLog {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.proxy");
    private static final long EVERY_NANOS = Duration.ofSeconds(10).toNanos();
    /** Backends come and go for years; beyond so many kinds of failure the log begins anew. */
    private static final int KINDS = 10_000;

    private record Kind(Failure failure, String backend) {
    }

    private static final class Line {
        private final AtomicLong due;
        private final AtomicLong keptBack = new AtomicLong();

        Line(long due) {
            this.due = new AtomicLong(due);
        }
    }

    private final Map<Kind, Line> lines = new ConcurrentHashMap<>();

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
        Line line = lines.computeIfAbsent(new Kind(failure, backend), kind -> new Line(now));
        long due = line.due.get();
        if (now - due < 0 || !line.due.compareAndSet(due, now + EVERY_NANOS)) {
            line.keptBack.incrementAndGet();
            return;
        }
        long more = line.keptBack.getAndSet(0);
        LOG.warn("{}{} ({}){}{}", backend.isEmpty() ? "" : backend + ": ",
                failure.explanation(), failure.word(),
                details == null || details.isEmpty() ? "" : ": " + details,
                more == 0 ? "" : "; " + more + " more since the last such line");
    }
}
