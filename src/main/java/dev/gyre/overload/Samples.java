package dev.gyre.overload;

import java.util.concurrent.atomic.DoubleAdder;
import java.util.concurrent.atomic.LongAdder;

/**
 * Collects what one window sees, from all event loops. Thread-safe; {@link #end} and {@link #begin} are
 * called by one thread at a time.
 */
final class Samples {

    /*
     * The mean is that of the logarithms: where one answer in fifty takes a hundred times as long as the
     * others, an arithmetic mean triples, this one grows by a tenth, and when all take half as long again
     * both say so. Only requests admitted within the window are looked at, for those from before were
     * admitted by another limit. What other loops count between end and begin is lost, which a mean bears.
     */

    /** So many make a window: fewer say too little. */
    private static final int ENOUGH = 20;
    private static final int ENOUGH_ANSWERED = 10;

    private final DoubleAdder logs = new DoubleAdder();
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile long begun;
    /** Written by several loops without a lock: now and then it is one too small. */
    private volatile int mostInFlight;
    private volatile boolean refused;

    Samples(long nowNanos) {
        begun = nowNanos;
    }

    void admitted(int inFlight) {
        if (inFlight > mostInFlight) {
            mostInFlight = inFlight;
        }
    }

    void refused() {
        if (!refused) {
            refused = true;
        }
    }

    void answered(long admittedNanos, long latencyNanos) {
        if (admittedNanos - begun >= 0) {
            logs.add(Math.log(Math.max(1, latencyNanos)));
            answered.increment();
        }
    }

    /** Also of requests from before: who times out was admitted long ago. */
    void failed() {
        failed.increment();
    }

    boolean complete(long leastNanos, long nowNanos) {
        return nowNanos - begun >= leastNanos && answered.sum() + failed.sum() >= ENOUGH;
    }

    Window end(long nowNanos) {
        long count = answered.sum();
        long lost = failed.sum();
        double latency = count >= ENOUGH_ANSWERED ? Math.exp(logs.sum() / count) : 0;
        double failures = (double) lost / Math.max(1, count + lost);
        return new Window(latency, failures, mostInFlight, refused, nowNanos);
    }

    void begin(long nowNanos) {
        logs.reset();
        answered.reset();
        failed.reset();
        mostInFlight = 0;
        refused = false;
        begun = nowNanos;
    }
}
