package dev.gyre.upstream;

import dev.gyre.model.Failure;
import dev.gyre.model.Outcome;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What one event loop counts about one backend: plain fields, written on that loop for each request, and
 * read there.
 */
final class LoopTally {

    /** Waits remembered for the median; at most this many of the latest, a power of two. */
    static final int WAITS = 256;
    private static final int SERVER_ERROR = 500;

    private long begun;
    private long ended;
    private long failed;
    private long succeeded;
    private long refused;
    private long opened;
    private long served;
    private long servedNanos;
    private long waits;
    private long waitedNanos;
    private long[] latestWaits = LoopCount.ZERO.latestWaits();
    /** Written by this loop only, in opaque mode: no fence, and yet seen by other loops before long. */
    private final AtomicInteger inFlight = new AtomicInteger();

    void begun() {
        begun++;
        inFlight.setOpaque(inFlight.getPlain() + 1);
    }

    /** As another thread may see it a moment late. */
    int inFlight() {
        return inFlight.getOpaque();
    }

    void opened() {
        opened++;
    }

    void refused() {
        refused++;
    }

    void waited(long nanos) {
        if (latestWaits.length == 0) {
            // Most backends never make anybody wait.
            latestWaits = new long[WAITS];
        }
        latestWaits[(int) (waits & (WAITS - 1))] = nanos;
        waits++;
        waitedNanos += nanos;
    }

    /** @param connectedNanos when the request got its connection; 0: never */
    void ended(long connectedNanos, Outcome outcome, long nowNanos) {
        ended++;
        inFlight.setOpaque(inFlight.getPlain() - 1);
        if (connectedNanos != 0) {
            served++;
            servedNanos += nowNanos - connectedNanos;
        }
        if (outcome instanceof Outcome.Failed f && f.fault() == Failure.Side.BACKEND) {
            failed++;
        }
        if (outcome instanceof Outcome.Answered answered && answered.status() < SERVER_ERROR) {
            succeeded++;
        }
    }

    LoopCount read() {
        return new LoopCount(begun - ended, ended, failed, succeeded, refused, opened, served, servedNanos,
                waits, waitedNanos, latestWaits.clone());
    }
}
