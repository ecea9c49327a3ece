package dev.gyre.cluster;

import java.time.Duration;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The nonces of recent commands, carried out on this node or, according to their heartbeats, on others. The
 * shared map shows them to all nodes at once; but any member can remove values from it, and then this class
 * refuses a repetition, after a second at the latest. Thread-safe.
 */
final class UsedNonces {

    /** Heartbeats are sent every second; each nonce is in two of them, because one may be lost. */
    private static final long TOLD_NANOS = Duration.ofMillis(2_500).toNanos();

    private final LongSupplier nanos;
    private final long keptNanos;
    /** When each was used or received, the oldest first. */
    private final Map<String, Long> seen = new LinkedHashMap<>();
    private final Map<String, Long> own = new LinkedHashMap<>();

    /** @param kept how long a command may be repeated before it is refused for its age */
    UsedNonces(LongSupplier nanos, Duration kept) {
        this.nanos = nanos;
        this.keptNanos = kept.toNanos();
    }

    /** Uses one at this node; false if any node has used it before. */
    synchronized boolean use(String nonce) {
        long now = nanos.getAsLong();
        forget(seen, now - keptNanos);
        if (seen.putIfAbsent(nonce, now) != null) {
            return false;
        }
        own.put(nonce, now);
        return true;
    }

    /** The ones recently used at this node, for the heartbeat. */
    synchronized Set<String> recent() {
        forget(own, nanos.getAsLong() - TOLD_NANOS);
        return new HashSet<>(own.keySet());
    }

    /** Adds another node's {@link #recent}. */
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
