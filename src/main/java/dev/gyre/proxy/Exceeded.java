package dev.gyre.proxy;

import dev.gyre.model.Limit;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts how often each limit on clients was exceeded, and logs it once a minute at most. Thread-safe. */
final class Exceeded {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.limits");
    private static final long EVERY_NANOS = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanos;
    private final Map<Limit, Line> lines = new EnumMap<>(Limit.class);

    private static final class Line {
        private final LongAdder total = new LongAdder();
        private final AtomicLong keptBack = new AtomicLong();
        private final AtomicLong due;

        Line(long due) {
            this.due = new AtomicLong(due);
        }
    }

    Exceeded(LongSupplier nanos) {
        this.nanos = nanos;
        for (Limit limit : Limit.values()) {
            lines.put(limit, new Line(nanos.getAsLong()));
        }
    }

    /** @param address of the client, as an example of who it was */
    void report(Limit limit, String address) {
        Line line = lines.get(limit);
        line.total.increment();
        long now = nanos.getAsLong();
        long due = line.due.get();
        if (now - due < 0 || !line.due.compareAndSet(due, now + EVERY_NANOS)) {
            line.keptBack.incrementAndGet();
            return;
        }
        long more = line.keptBack.getAndSet(0);
        LOG.warn("limit {}: {}, from {} (limits.{}){}", limit.word(), limit.explanation(), address,
                limit.key(), more == 0 ? "" : "; " + more + " more since the last such line");
    }

    Map<Limit, Long> counts() {
        Map<Limit, Long> counts = new EnumMap<>(Limit.class);
        lines.forEach((limit, line) -> counts.put(limit, line.total.sum()));
        return counts;
    }
}
