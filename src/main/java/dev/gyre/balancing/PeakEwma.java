package dev.gyre.balancing;

/**
 * How long something lately took: rises at once to what took longer, and comes down by and by. What has not
 * been heard of for long is taken to be as fast as the others again, and so gets another chance. Not
 * thread-safe.
 *
 * <p>Source: the moving average of Finagle's peak EWMA balancer.
 */
public final class PeakEwma {

    /** Time constant, in nanoseconds: after it a peak has come down by two thirds. */
    static final double TAU = 10e9;

    private static final double UNTRIED = 1_000;

    private double nanos;
    private long at;
    private boolean known;

    /** Nothing has been observed, but for failures. */
    public boolean unknown() {
        return !known;
    }

    public void observe(long took, long nowNanos) {
        known = true;
        add(took, nowNanos);
    }

    private void add(long took, long nowNanos) {
        if (took >= nanos) {
            nanos = took;
        } else {
            nanos = took + (nanos - took) * fading(nowNanos);
        }
        at = nowNanos;
    }

    /** As {@link #observe}, but what was fast does not count: of a request that failed. */
    public void observeFailed(long took, long nowNanos) {
        if (took > nanos) {
            add(took, nowNanos);
        }
    }

    /** As it was when something was last observed, in nanoseconds. */
    public double last() {
        return nanos;
    }

    /**
     * What is unknown is tried, but by one request at a time until that has told how long it takes.
     *
     * @param usual    of the others, in nanoseconds, more than 0
     * @param underWay something is being tried now
     */
    public double at(long nowNanos, double usual, boolean underWay) {
        double present = usual + (nanos - usual) * fading(nowNanos);
        return known ? present : Math.max(underWay ? UNTRIED * usual : usual, present);
    }

    private double fading(long nowNanos) {
        return Math.exp(-Math.max(0, nowNanos - at) / TAU);
    }
}
