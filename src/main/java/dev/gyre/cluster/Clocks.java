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
}
