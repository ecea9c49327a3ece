package dev.gyre.log;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts each event of a kind, and admits at most one log line in each period. Thread-safe. */
public final class RateLimitedLog {

    private final long everyNanos;
    private final LongAdder total = new LongAdder();
    private final AtomicLong keptBack = new AtomicLong();
    private final AtomicLong due;

    /** The first event is logged. */
    public RateLimitedLog(Duration every, long nowNanos) {
        everyNanos = every.toNanos();
        due = new AtomicLong(nowNanos);
    }

    /** Counts an event. If a line is due, returns its end with the number of omitted lines. */
    public Optional<String> happened(long nowNanos) {
        total.increment();
        long from = due.get();
        if (nowNanos - from < 0 || !due.compareAndSet(from, nowNanos + everyNanos)) {
            keptBack.incrementAndGet();
            return Optional.empty();
        }
        long more = keptBack.getAndSet(0);
        return Optional.of(more == 0 ? "" : "; " + more + " more since the last such line");
    }

    /** How many events there were. */
    public long total() {
        return total.sum();
    }
}
