package dev.gyre.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How a peer's wall clock stands to this node's, by the last ten seconds of its hellos. A hello that was on
 * its way for long makes the peer's clock look behind, never ahead: so the greatest offset of the window is
 * the one that delays have touched least. Thread-safe: hellos come on
 * the event loop of the bus, and time is asked for on any thread.
 */
final class ClockOffset {

    private static final int WINDOW = 10;

    private final List<Long> millis = new ArrayList<>();

    /** @param offset the peer's clock as it was sent, less this node's when it came */
    synchronized void heard(long offset) {
        millis.add(offset);
        if (millis.size() > WINDOW) {
            millis.remove(0);
        }
    }

    /** This node's own clock was set, and all it was compared with stands so much otherwise to it. */
    synchronized void set(Duration by) {
        millis.replaceAll(offset -> offset - by.toMillis());
    }

    synchronized boolean isKnown() {
        return !millis.isEmpty();
    }

    /** Positive when the peer's clock is ahead of this node's. */
    synchronized Duration offset() {
        return Duration.ofMillis(millis.stream().mapToLong(Long::longValue).max().orElse(0));
    }
}
