package dev.gyre.model;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** A kind of event that is counted each time and logged once in a while at most. Thread-safe. */
public final class SparseLine {

    private final long everyNanos;
    private final LongAdder total = new LongAdder();
    private final AtomicLong keptBack = new AtomicLong();
    private final AtomicLong due;

    /** The first event is logged. */
    public SparseLine(Duration every, long nowNanos) {
        everyNanos = every.toNanos();
        due = new AtomicLong(nowNanos);
    }

    /** It has happened; where a line is due, this is its end, which tells of the events kept back. */
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

    /** How often it has happened. */
    public long total() {
        return total.sum();
    }
}
