package dev.gyre.api;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The clocks of the admin port.
 *
 * @param wall  for Date
 * @param nanos only goes forward, as {@code System.nanoTime()}
 */
public record AdminClocks(InstantSource wall, LongSupplier nanos) {
}
