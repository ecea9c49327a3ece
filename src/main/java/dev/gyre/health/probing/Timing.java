package dev.gyre.health.probing;

import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The sources of time and randomness.
 *
 * @param wall   for messages to other nodes and to people
 * @param nanos  only ever goes forward, from no particular zero
 * @param random spreads probes over time
 */
public record Timing(InstantSource wall, LongSupplier nanos, RandomGenerator random) {
}
