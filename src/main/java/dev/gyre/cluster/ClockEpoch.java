package dev.gyre.cluster;

import java.util.ArrayList;
import java.util.List;

/**
 * What a peer's wall clock shows when this node's monotonic clock stands at zero, by the peer's last ten
 * heartbeats. It does not use this node's wall clock, so that a step of that clock changes no peer's value. A
 * delayed heartbeat makes the peer's clock look behind, never ahead: the greatest value of the window has the
 * least delay in it. Thread-safe: heartbeats arrive on the event loop of the bus, and any thread may ask for
 * the time.
 */
final class ClockEpoch {

    private static final int WINDOW = 10;

    private final List<Long> millis = new ArrayList<>();

    /** @param epoch the peer's wall clock as it was sent, less this node's monotonic clock when it came */
    synchronized void heard(long epoch) {
        millis.add(epoch);
        if (millis.size() > WINDOW) {
            millis.remove(0);
        }
    }

    synchronized boolean isKnown() {
        return !millis.isEmpty();
    }

    /** In milliseconds; 0 while nothing is known. */
    synchronized long millis() {
        return millis.stream().mapToLong(Long::longValue).max().orElse(0);
    }
}
