package dev.gyre.upstream;

/**
 * A reading of one loop's counters for one backend; all but {@code inFlight} only grow.
 *
 * @param served      requests that had a connection, and {@code servedNanos} for how long in sum
 * @param waits       requests that waited for a connection and got one, {@code waitedNanos} for how long in
 *                    sum
 * @param latestWaits the waits with the numbers {@code waits - 1} and down, each at its number modulo the
 *                    length
 */
record LoopCount(long inFlight, long ended, long failed, long succeeded, long refused, long opened,
        long served, long servedNanos, long waits, long waitedNanos, long[] latestWaits) {

    static final LoopCount ZERO = new LoopCount(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, new long[0]);

    /** The sum of all numbers; the single waits stay with their loops. */
    LoopCount plus(LoopCount other) {
        return new LoopCount(inFlight + other.inFlight, ended + other.ended, failed + other.failed,
                succeeded + other.succeeded, refused + other.refused, opened + other.opened,
                served + other.served, servedNanos + other.servedNanos, waits + other.waits,
                waitedNanos + other.waitedNanos, ZERO.latestWaits);
    }
}
