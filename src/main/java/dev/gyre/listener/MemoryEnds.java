package dev.gyre.listener;

import dev.gyre.log.RateLimitedLog;
import dev.gyre.model.Failure;
import dev.gyre.model.MemoryHolding;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the clients that were ended for want of memory, and logs each kind once a minute. Thread-safe. */
public final class MemoryEnds {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.limits");
    private static final Duration EVERY = Duration.ofMinutes(1);

    private final LongSupplier nanos;
    private final Map<MemoryHolding, RateLimitedLog> lines = new EnumMap<>(MemoryHolding.class);

    MemoryEnds(LongSupplier nanos) {
        this.nanos = nanos;
        for (MemoryHolding kind : MemoryHolding.values()) {
            lines.put(kind, new RateLimitedLog(EVERY, nanos.getAsLong()));
        }
    }

    /**
     * @param most    what the client held most of
     * @param bytes   that it held in all
     * @param address of the client, as an example
     */
    void report(MemoryHolding most, long bytes, String address) {
        lines.get(most).happened(nanos.getAsLong()).ifPresent(more ->
                LOG.warn("connection reset reason={} address={} bytes={} most_of_it={}: memory is short{}",
                        Failure.NO_MEMORY.word(), address, bytes, most.word(), more));
    }

    public Map<MemoryHolding, Long> counts() {
        Map<MemoryHolding, Long> counts = new EnumMap<>(MemoryHolding.class);
        lines.forEach((kind, line) -> counts.put(kind, line.total()));
        return counts;
    }
}
