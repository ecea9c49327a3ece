package dev.gyre.upstream;

import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What, beside topology and health, decides which backend a request goes to.
 *
 * @param zone      where this node stands; empty: nowhere in particular
 * @param stickyKey what sticky cookies are signed with
 * @param clock     that of the registry's stamps
 * @param random    gives each event loop its own, so that loops and nodes do not march in step
 * @param nanos     the clock that requests are timed by
 */
public record SelectionContext(Optional<String> zone, StickyKey stickyKey, InstantSource clock,
        Supplier<RandomGenerator> random, LongSupplier nanos) {

    /** As above, timed by {@link System#nanoTime}. */
    public SelectionContext(Optional<String> zone, StickyKey stickyKey, InstantSource clock,
                        Supplier<RandomGenerator> random) {
        this(zone, stickyKey, clock, random, System::nanoTime);
    }
}
