package dev.gyre.cluster;

import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The nonces of commands that were carried out lately, on this node or, by what they tell in their hellos, on
 * others. The shared map tells all nodes at once; but any member can take out of it what it likes, and then
 * this is what refuses a repetition, a second later at the latest. Thread-safe.
 */
final class UsedNonces {

    /** Hellos come every second; each nonce is told twice, for a message may be lost. */
    private static final long TOLD_NANOS = Duration.ofMillis(2_500).toNanos();

    private final LongSupplier nanos;
    private final long keptNanos;
    /** When each was used or heard of, the oldest first. */
    private final Map<String, Long> seen = new LinkedHashMap<>();
    private final Map<String, Long> own = new LinkedHashMap<>();

    /** @param kept how long a command may come again before it is refused for its age */
    UsedNonces(LongSupplier nanos, Duration kept) {
        this.nanos = nanos;
        this.keptNanos = kept.toNanos();
    }

    /** Uses one at this node; false when it was used before, wherever that was. */
    synchronized boolean use(String nonce) {
        long now = nanos.getAsLong();
        forget(seen, now - keptNanos);
        if (seen.putIfAbsent(nonce, now) != null) {
            return false;
        }
        own.put(nonce, now);
        return true;
    }

    /** Those that were used at this node lately, for the others to know. */
    synchronized Set<String> recent() {
        forget(own, nanos.getAsLong() - TOLD_NANOS);
        return new HashSet<>(own.keySet());
    }

    /** What another node told of its {@link #recent}. */
    synchronized void heard(Set<String> elsewhere) {
        elsewhere.forEach(nonce -> seen.putIfAbsent(nonce, nanos.getAsLong()));
    }

    private static void forget(Map<String, Long> times, long before) {
        Iterator<Long> oldest = times.values().iterator();
        while (oldest.hasNext() && oldest.next() - before < 0) {
            oldest.remove();
        }
    }
}
