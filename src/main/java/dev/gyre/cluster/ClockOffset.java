package dev.gyre.cluster;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * How a peer's wall clock stands to this node's, by the last ten seconds of its hellos. A hello that was on
 * its way for long makes the peer's clock look behind, never ahead: so the greatest offset of the window is
 * the one that delays have touched least. Not thread-safe.
 */
final class ClockOffset {

    private static final int WINDOW = 10;

    private final Deque<Long> millis = new ArrayDeque<>();

    /** @param offset the peer's clock as it was sent, less this node's when it came */
    void heard(long offset) {
        millis.addLast(offset);
        if (millis.size() > WINDOW) {
            millis.removeFirst();
        }
    }

    /** This node's own clock was set: what it was compared with before says nothing any more. */
    void forget() {
        millis.clear();
    }

    boolean isKnown() {
        return !millis.isEmpty();
    }

    /** Positive when the peer's clock is ahead of this node's. */
    Duration offset() {
        return Duration.ofMillis(millis.stream().mapToLong(Long::longValue).max().orElse(0));
    }
}
