package dev.gyre.cluster;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what did not come from a node of this cluster, and says so, once a minute for each source. */
final class Refusals {

    /** Why something was refused. */
    enum Reason {
        /** It carries no seal at all. */
        UNSIGNED,
        /** Its seal was not made with this cluster's secret, or not for this. */
        WRONG_SEAL,
        /** It was said before, or is older than what is known. */
        REPLAYED;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger("gyre.cluster");
    private static final long LOG_EVERY_NANOS = 60_000_000_000L;
    private static final int SOURCES = 1_000;

    private final LongSupplier nanos;
    private volatile Supplier<String> suspects = () -> "a member unknown";
    private final Map<Reason, Long> counts = new EnumMap<>(Reason.class);
    private final Map<String, Long> told = new HashMap<>();

    Refusals(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** The event bus does not tell who sent a message; who comes into question is asked here. */
    void suspects(Supplier<String> now) {
        suspects = now;
    }

    void refuse(Reason reason, String what) {
        refuse(reason, what, suspects.get());
    }

    synchronized void refuse(Reason reason, String what, String source) {
        counts.merge(reason, 1L, Long::sum);
        long now = nanos.getAsLong();
        String key = reason + " " + source;
        Long last = told.get(key);
        if (last == null || now - last >= LOG_EVERY_NANOS) {
            if (told.size() >= SOURCES) {
                told.clear();
            }
            told.put(key, now);
            LOG.warn("refused {} from {}: {} (is somebody without cluster.secret, or with another one, on the"
                    + " cluster's network? further ones are counted, and told once a minute)", what, source,
                    reason.word());
        }
    }

    /** How often each, since the node started. */
    synchronized Map<String, Long> counts() {
        Map<String, Long> all = new HashMap<>();
        for (Reason reason : Reason.values()) {
            all.put(reason.word(), counts.getOrDefault(reason, 0L));
        }
        return all;
    }
}
