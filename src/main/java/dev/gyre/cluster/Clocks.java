package dev.gyre.cluster;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two clocks of a node.
 *
 * @param wall  may be wrong, and may be set at any time
 * @param nanos only ever goes forward, from no particular zero
 */
public record Clocks(InstantSource wall, LongSupplier nanos) {

    /** What the monotonic clock shows, in milliseconds. */
    long millis() {
        return nanos.getAsLong() / 1_000_000;
    }

    /** What the wall clock shows when the monotonic one stands at zero, in milliseconds. */
    long epoch() {
        return wall.millis() - millis();
    }
}
