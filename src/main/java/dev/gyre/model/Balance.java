package dev.gyre.model;

import java.util.Optional;

/**
 * Which backend gets which request.
 *
 * @param hashing   counts under {@link Strategy#CONSISTENT_HASH} only
 * @param sticky    clients stay with the backend they were given; empty: they do not
 * @param slowStart new and recovered backends get their share by and by; empty: at once
 */
public record Balance(Strategy by, Hashing hashing, Optional<Sticky> sticky, Optional<SlowStart> slowStart) {

    public static final Balance DEFAULT = of(Strategy.ROUND_ROBIN);

    /** With everything else at its default. */
    public static Balance of(Strategy by) {
        return new Balance(by, Hashing.DEFAULT, Optional.empty(), Optional.empty());
    }
}
