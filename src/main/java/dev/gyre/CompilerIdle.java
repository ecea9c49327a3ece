package dev.gyre;

import java.time.Duration;

/**
 * Tells when the JVM's compilers have caught up: when they have done next to nothing for a while. A thread
 * that waits for a core counts as one at work, however little it gets: on a full core the queue is long just
 * then.
 */
final class CompilerIdle {

    /** Part of a core; a warm node compiles a little now and then. */
    private static final double LITTLE = 0.05;

    private final Duration quiet;
    private long sinceNanos;
    private long sinceMillis;
    private boolean begun;

    /** @param quiet how long they must have done next to nothing */
    CompilerIdle(Duration quiet) {
        this.quiet = quiet;
    }

    /**
     * To be asked several times in each such while.
     *
     * @param nanos the time, of a clock that never steps
     */
    boolean reached(long nanos, CompilerLoad load) {
        // A compiler thread that the JVM ends takes its time out of the sum.
        boolean less = load.millis() < sinceMillis;
        boolean busy = load.atWork() || load.millis() - sinceMillis > LITTLE * quiet.toMillis();
        if (!begun || less || busy) {
            begun = true;
            sinceNanos = nanos;
            sinceMillis = load.millis();
            return false;
        }
        return nanos - sinceNanos >= quiet.toNanos();
    }
}
