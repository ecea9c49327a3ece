package dev.gyre.exchange.overload;

import dev.gyre.exchange.overload.LatencyWindow.Refused;
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
    private final LongAdder admitted = new LongAdder();
    private final LongAdder inFlight = new LongAdder();
    private volatile long begun;
    private volatile boolean refused;
    private volatile boolean refusedCritical;

    Samples(long nowNanos) {
        begun = nowNanos;
    }

    void admitted(int nowInFlight) {
        admitted.increment();
        inFlight.add(nowInFlight);
    }

    /** Looked at before it is written, so that loops do not take it from each other. */
    void refused(boolean critical) {
        if (!refused) {
            refused = true;
        }
        if (critical && !refusedCritical) {
            refusedCritical = true;
        }
    }

    void answered(long admittedNanos, long latencyNanos) {
        if (admittedNanos - begun >= 0) {
            logs.add(Math.log(Math.max(1, latencyNanos)));
            answered.increment();
        }
    }

    /** Also of earlier requests: one that times out was admitted long ago. */
    void failed() {
        failed.increment();
    }

    boolean complete(long leastNanos, long nowNanos) {
        return nowNanos - begun >= leastNanos && answered.sum() + failed.sum() >= ENOUGH;
    }

    LatencyWindow end(long nowNanos) {
        long count = answered.sum();
        long lost = failed.sum();
        double latency = count >= ENOUGH_ANSWERED ? Math.exp(logs.sum() / count) : 0;
        double failures = (double) lost / Math.max(1, count + lost);
        double mean = (double) inFlight.sum() / Math.max(1, admitted.sum());
        return new LatencyWindow(latency, failures, mean, !refused ? Refused.NONE
                : refusedCritical ? Refused.CRITICAL : Refused.UNCRITICAL, nowNanos);
    }

    void begin(long nowNanos) {
        logs.reset();
        answered.reset();
        failed.reset();
        admitted.reset();
        inFlight.reset();
        refused = false;
        refusedCritical = false;
        begun = nowNanos;
    }
}
