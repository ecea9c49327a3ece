package dev.gyre.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What is hashed, and how hashes are laid on backends.
 *
 * @param boundedLoad no backend gets a request while it has more than this many times its share of what the
 *                    node has in flight, {@value #LEAST_BOUND}..{@value #MOST_BOUND}
 */
public record Hashing(HashKey key, Algorithm algorithm, double boundedLoad) {

    public static final double LEAST_BOUND = 1.01;
    public static final double MOST_BOUND = 1000;
    public static final Hashing DEFAULT = new Hashing(HashKey.CLIENT_ADDRESS, Algorithm.MAGLEV, 1.25);

    /** Which table of hashes. */
    public enum Algorithm {
        /** Even shares; a change of the backends moves a few keys more than it must. */
        MAGLEV,
        /** Moves no key that need not move; shares differ by some per cent. */
        RING;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static Optional<Algorithm> of(String word) {
            return Arrays.stream(values()).filter(a -> a.word().equals(word)).findFirst();
        }

        public static List<String> words() {
            return Arrays.stream(values()).map(Algorithm::word).toList();
        }
    }
}
