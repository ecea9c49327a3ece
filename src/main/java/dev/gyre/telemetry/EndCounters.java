package dev.gyre.telemetry;

import dev.gyre.model.Failure;
import dev.gyre.model.FinishedExchange.End;
import dev.gyre.model.StatusClass;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * How the requests of one service ended on one event loop. Written by one thread at a time, in opaque mode:
 * no fence, and yet seen by others before long. Nothing is allocated but for the first failure of a kind.
 */
final class EndCounters {

    static final int CLASSES = StatusClass.values().length;
    /** Requests without a failure come first. */
    static final int ENDS = 1 + Failure.values().length;

    /** By failure, then by class of status; most services meet few of them. */
    private final AtomicReferenceArray<AtomicLongArray> counts = new AtomicReferenceArray<>(ENDS);

    void count(End end) {
        AtomicLongArray row = row(end.failure().isPresent() ? 1 + end.failure().get().ordinal() : 0);
        int code = StatusClass.of(end.status()).ordinal();
        row.setOpaque(code, row.getPlain(code) + 1);
    }

    private AtomicLongArray row(int index) {
        AtomicLongArray row = counts.getPlain(index);
        if (row == null) {
            row = new AtomicLongArray(CLASSES);
            counts.setRelease(index, row);
        }
        return row;
    }

    /** @param sums by failure, then by class of status, as here */
    void addTo(long[][] sums) {
        for (int i = 0; i < ENDS; i++) {
            AtomicLongArray row = counts.getAcquire(i);
            for (int code = 0; row != null && code < CLASSES; code++) {
                sums[i][code] += row.getOpaque(code);
            }
        }
    }
}
