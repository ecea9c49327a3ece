package dev.gyre.health.probing;

import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Where time and chance come from.
 *
 * @param wall  for what nodes tell one another and people
 * @param nanos only ever goes forward, from no particular zero
 * @param dice  spreads probes over time
 */
public record Timing(InstantSource wall, LongSupplier nanos, RandomGenerator dice) {
}
