package dev.gyre;

import dev.gyre.api.Readiness;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The share of its own steady rate that this node can serve now, in percent, for the balancers in front of it
 * and for the other nodes. It is a part while the JVM still compiles what requests run through, and all of it
 * when the compilers have caught up with the first traffic, or with the warm-up.
 */
final class Capacity {

    /** A cold node serves 15 % of its steady rate in its first five seconds, 45 % in the next five. */
    static final int WHILE_COMPILING = 25;
    /** How long the compilers must have been idle; the warm-up waits as long. */
    static final Duration QUIET = Duration.ofSeconds(1);
    /** Of CPU time of the event loops; before it the compilers do not know yet what there is to compile. */
    static final Duration TRAFFIC = Duration.ofSeconds(2);
    /**
     * Every kind of start serves at its steady rate by then; without traffic the compilers never begin, and
     * where they cannot be seen nothing tells when they end.
     */
    static final Duration AT_MOST = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger("gyre");
    private static final long LOOK_MILLIS = 500;

    private final Supplier<List<KernelThread>> threads;
    private final LongSupplier nanoTime;
    private final CompilerIdle idle = new CompilerIdle(QUIET);
    private volatile int percent = WHILE_COMPILING;
    private long openedNanos;

    /** @param threads those of this process; empty while the system does not tell */
    Capacity(Supplier<List<KernelThread>> threads, LongSupplier nanoTime) {
        this.threads = threads;
        this.nanoTime = nanoTime;
    }

    int percent() {
        return percent;
    }

    /** The warm-up has seen the compilers idle. */
    void warmedUp() {
        percent = Readiness.FULL;
    }

    /** The ports are open: looks at the compilers until they have caught up. */
    void follow(Vertx vertx) {
        opened();
        if (percent < Readiness.FULL) {
            vertx.setPeriodic(LOOK_MILLIS, timer -> vertx.executeBlocking(this::look, false)
                    .onSuccess(full -> {
                        if (full) {
                            vertx.cancelTimer(timer);
                        }
                    }));
        }
    }

    synchronized void opened() {
        openedNanos = nanoTime.getAsLong();
    }

    /** Returns whether the capacity is full; to be asked again until it is. */
    synchronized boolean look() {
        if (percent < Readiness.FULL) {
            List<KernelThread> all = threads.get();
            long now = nanoTime.getAsLong();
            boolean quiet = idle.reached(now, CompilerLoad.of(all));
            boolean traffic = KernelThread.eventLoopMillis(all) >= TRAFFIC.toMillis();
            if (quiet && traffic) {
                full(now, "compilers_idle");
            } else if (now - openedNanos >= AT_MOST.toNanos()) {
                full(now, "time_over");
            }
        }
        return percent == Readiness.FULL;
    }

    private void full(long now, String reason) {
        percent = Readiness.FULL;
        LOG.info("node capacity full after={}ms reason={}", (now - openedNanos) / 1_000_000, reason);
    }
}
