package dev.gyre.listener;

import dev.gyre.log.RateLimitedLog;
import dev.gyre.model.Limit;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts how often each limit on clients was exceeded, and logs it once a minute at most. Thread-safe. */
public final class LimitCounters {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.limits");
    private static final Duration EVERY = Duration.ofMinutes(1);

    private final LongSupplier nanos;
    private final Map<Limit, RateLimitedLog> lines = new EnumMap<>(Limit.class);

    LimitCounters(LongSupplier nanos) {
        this.nanos = nanos;
        for (Limit limit : Limit.values()) {
            lines.put(limit, new RateLimitedLog(EVERY, nanos.getAsLong()));
        }
    }

    /** @param address of the client, as an example */
    public void report(Limit limit, String address) {
        lines.get(limit).happened(nanos.getAsLong()).ifPresent(more ->
                LOG.warn("limit exceeded limit={} setting=limits.{} address={}: {}{}", limit.word(),
                        limit.key(), address, limit.explanation(), more));
    }

    public Map<Limit, Long> counts() {
        Map<Limit, Long> counts = new EnumMap<>(Limit.class);
        lines.forEach((limit, line) -> counts.put(limit, line.total()));
        return counts;
    }
}
