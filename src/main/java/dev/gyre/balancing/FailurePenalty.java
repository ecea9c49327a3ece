package dev.gyre.balancing;

import java.util.concurrent.atomic.AtomicReference;

/**
 * A backend's failures at this node: each counts as a request in flight for a while. A backend that sent
 * Retry-After is avoided for that time. Thread-safe.
 */
public final class FailurePenalty {

    /*
     * A backend that fails at once has nothing in flight, so every strategy that looks at requests in flight
     * would send it more. Each failure therefore adds one request that decays with the time constant T: a
     * second, or four answers if those take longer. At r failures a second r * T requests seem
     * to be in flight, so that the backend gets as many requests as one that needs T for each.
     */

    private static final double LEAST_NANOS = 1e9;
    private static final double USUAL_ANSWERS = 4;
    /** The longest Retry-After that is believed, in nanoseconds. */
    static final long LONGEST_PAUSE = 30_000_000_000L;
    private static final double FORGOTTEN = 0.01;
    private static final Sum NONE = new Sum(0, 0);

    private final AtomicReference<Sum> sum = new AtomicReference<>(NONE);
    private volatile double nanos = LEAST_NANOS;
    private volatile boolean pausing;
    private volatile long pauseEnd;

    private record Sum(double requests, long atNanos) {

        double at(long nowNanos, double timeConstant) {
            return requests * Math.exp(-Math.max(0, nowNanos - atNanos) / timeConstant);
        }
    }

    /** @param usualNanos how long an answer of this backend or its like takes */
    public void compareWith(double usualNanos) {
        nanos = Math.max(LEAST_NANOS, USUAL_ANSWERS * usualNanos);
    }

    public void failed(long nowNanos) {
        Sum before = sum.get();
        while (!sum.compareAndSet(before, new Sum(before.at(nowNanos, nanos) + 1, nowNanos))) {
            before = sum.get();
        }
    }

    /** Failed requests that count as in flight. */
    public double failures(long nowNanos) {
        Sum present = sum.get();
        if (present == NONE) {
            return 0;
        }
        double requests = present.at(nowNanos, nanos);
        if (requests < FORGOTTEN) {
            sum.compareAndSet(present, NONE);
            return 0;
        }
        return requests;
    }

    /** The backend asked for no requests for this time; at most 30 s are believed. */
    public void pause(long forNanos, long nowNanos) {
        pauseEnd = nowNanos + Math.min(forNanos, LONGEST_PAUSE);
        pausing = true;
    }

    public boolean pausing(long nowNanos) {
        if (pausing && nowNanos - pauseEnd >= 0) {
            pausing = false;
        }
        return pausing;
    }
}
