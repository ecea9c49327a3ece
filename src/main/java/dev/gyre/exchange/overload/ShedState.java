package dev.gyre.exchange.overload;

import dev.gyre.model.DurationText;
import dev.gyre.model.Priority;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether requests of a service are being refused, and since when; the log has a line when that begins and
 * one when it has ended. Thread-safe.
 */
final class ShedState {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.overload");
    /** A limit that is just reached refuses now and then: only so long without a refusal is the end. */
    private static final long QUIET_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int LEAST_SPREAD_SECONDS = 3;
    private static final int MOST_SPREAD_SECONDS = 30;

    private final String service;
    private final AtomicBoolean refusing = new AtomicBoolean();
    private volatile long sinceNanos;
    private volatile long lastNanos;
    /** How many had been refused when the last overload ended. */
    private Map<Priority, Long> before = new EnumMap<>(Priority.class);

    ShedState(String service) {
        this.service = service;
    }

    void refused(Priority first, int inFlight, int limit, long nowNanos) {
        lastNanos = nowNanos;
        if (!refusing.get() && refusing.compareAndSet(false, true)) {
            sinceNanos = nowNanos;
            LOG.warn("overload started service={} in_flight={} limit={} first_refused={}", service, inFlight,
                    limit, first.word());
        }
    }

    /**
     * The longer it lasts, the longer clients are to stay away, and the wider their return is spread.
     *
     * @return 3..30
     */
    int retryWithin(long nowNanos) {
        long seconds = (nowNanos - sinceNanos) / 1_000_000_000;
        return (int) Math.min(MOST_SPREAD_SECONDS, LEAST_SPREAD_SECONDS + Math.max(0, seconds));
    }

    /** @param now gives the counts of all refusals so far; called by one thread at a time */
    void sample(int limit, Supplier<Map<Priority, Long>> now, long nowNanos) {
        if (!refusing.get() || nowNanos - lastNanos < QUIET_NANOS) {
            return;
        }
        Map<Priority, Long> counts = now.get();
        Map<Priority, Long> meanwhile = new EnumMap<>(Priority.class);
        counts.forEach((priority, count) -> meanwhile.put(priority,
                count - before.getOrDefault(priority, 0L)));
        before = counts;
        refusing.set(false);
        String refused = meanwhile.entrySet().stream()
                .map(of -> "refused_" + of.getKey().word() + "=" + of.getValue())
                .collect(Collectors.joining(" "));
        LOG.info("overload ended service={} after={} limit={} {}", service,
                DurationText.text(Duration.ofNanos(lastNanos - sinceNanos)), limit, refused);
    }
}
