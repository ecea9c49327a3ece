package dev.gyre.cluster;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Notices that this node is a member among others and receives no heartbeat from any of them, although
 * subscriptions are announced again ({@link Subscriptions}). The cause is unknown then, so the node joins
 * again. Members that are not nodes send no heartbeats either, so the timeout grows with each attempt.
 */
final class IsolationDetector {

    private static final long FIRST_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long LAST_NANOS = Duration.ofMinutes(5).toNanos();

    private OptionalLong since = OptionalLong.empty();
    private long patience = FIRST_NANOS;

    /**
     * Called periodically; true if the node must join again.
     *
     * @param others members beside this one that could be nodes
     * @param heard  nodes besides this one with a heartbeat
     */
    boolean found(int others, int heard, long nowNanos) {
        if (heard > 0) {
            patience = FIRST_NANOS;
        }
        if (others == 0 || heard > 0) {
            since = OptionalLong.empty();
            return false;
        }
        if (since.isEmpty()) {
            since = OptionalLong.of(nowNanos);
        }
        if (nowNanos - since.getAsLong() < patience) {
            return false;
        }
        since = OptionalLong.empty();
        patience = Math.min(2 * patience, LAST_NANOS);
        return true;
    }
}
