package dev.gyre.cluster;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * Notices that this node is a member among others and hears none of them, although each says hello every
 * second and each node's subscriptions are said anew as well ({@link Subscriptions}): what is wrong then is
 * not known, and joining anew is what is left. Members that are no nodes say nothing either, so the patience
 * grows from time to time.
 */
final class IsolationDetector {

    private static final long FIRST_NANOS = Duration.ofSeconds(10).toNanos();
    private static final long LAST_NANOS = Duration.ofMinutes(5).toNanos();

    private OptionalLong since = OptionalLong.empty();
    private long patience = FIRST_NANOS;

    /**
     * To be asked again and again; true when it is time to join anew.
     *
     * @param others members beside this one that could be nodes
     * @param heard  nodes beside this one that are heard
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
