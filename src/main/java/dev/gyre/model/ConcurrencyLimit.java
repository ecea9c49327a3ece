package dev.gyre.model;

/** How many requests of a service may be in flight on one node at a time. */
public sealed interface ConcurrencyLimit {

    /** As many as come; the default. */
    record Off() implements ConcurrencyLimit { }

    /** @param most 1..1,000,000 */
    record Fixed(int most) implements ConcurrencyLimit { }

    /**
     * As many as the backends answer without delay, which the node finds out.
     *
     * @param min       never fewer than these, and as many at first, 1..1,000,000
     * @param max       never more, {@code min}..1,000,000
     * @param tolerance how many times as long as usual an answer may take to begin until that counts as
     *                  delay, 1.1..10
     */
    record Adaptive(int min, int max, double tolerance) implements ConcurrencyLimit {

        public static final Adaptive DEFAULT = new Adaptive(20, 1000, 1.5);
    }
}
