package dev.gyre.upstream;

import dev.gyre.model.BackendId;
import dev.gyre.model.FailureStreak;
import dev.gyre.model.Outcome;
import java.util.concurrent.atomic.AtomicInteger;

/** Failures in a row of one backend, over all event loops. Thread-safe. */
final class ConsecutiveFailures {

    private final BackendId backend;
    private final FailureWatch watch;
    /** Written by failures, and by a success only where it ends a row. */
    private final AtomicInteger length = new AtomicInteger();

    ConsecutiveFailures(BackendId backend, FailureWatch watch) {
        this.backend = backend;
        this.watch = watch;
    }

    /** A success ends the row. */
    void succeeded() {
        if (length.get() != 0) {
            length.set(0);
        }
    }

    void failed(long begunNanos, Outcome outcome) {
        int now = length.updateAndGet(before -> before == Integer.MAX_VALUE ? 1 : before + 1);
        watch.failed(new FailureStreak(backend, now, begunNanos, outcome));
    }

    /** The last request failed. */
    boolean ongoing() {
        return length.get() != 0;
    }
}
