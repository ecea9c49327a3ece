package dev.gyre.health.outlier;

import dev.gyre.model.AnswerTimes;
import dev.gyre.model.Traffic;
import java.time.Duration;
import java.util.Arrays;

/** What a backend made of its requests in the last ten seconds, second by second. */
final class TrafficWindow {

    static final int SECONDS = 10;

    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    /** One second of the clock; used again every ten. */
    private static final class Slot {

        private final int[] times = new int[AnswerTimes.BUCKETS];
        private long second = Long.MIN_VALUE;
        private long requests;
        private long failures;

        void begin(long newSecond) {
            second = newSecond;
            requests = 0;
            failures = 0;
            Arrays.fill(times, 0);
        }
    }

    private static final Slot[] NONE = new Slot[0];

    /** Most of a large fleet's backends see nothing for hours, and need none of their own. */
    private Slot[] slots = NONE;

    /** Takes in what has come between two samples. */
    void add(long nowNanos, Traffic before, Traffic after) {
        if (after.requests() == before.requests()) {
            return;
        }
        long second = Math.floorDiv(nowNanos, SECOND_NANOS);
        int at = Math.floorMod(second, SECONDS);
        if (slots.length == 0) {
            slots = new Slot[SECONDS];
        }
        if (slots[at] == null) {
            slots[at] = new Slot();
        }
        Slot slot = slots[at];
        if (slot.second != second) {
            slot.begin(second);
        }
        slot.requests += after.requests() - before.requests();
        slot.failures += after.failures() - before.failures();
        for (int i = 0; i < slot.times.length; i++) {
            slot.times[i] += after.times()[i] - before.times()[i];
        }
    }

    void clear() {
        slots = NONE;
    }

    long requests(long nowNanos) {
        long sum = 0;
        for (Slot slot : slots) {
            sum += counts(slot, nowNanos) ? slot.requests : 0;
        }
        return sum;
    }

    long failures(long nowNanos) {
        long sum = 0;
        for (Slot slot : slots) {
            sum += counts(slot, nowNanos) ? slot.failures : 0;
        }
        return sum;
    }

    /** Of good answers, as {@link AnswerTimes} counts them. */
    int[] times(long nowNanos) {
        int[] sum = new int[AnswerTimes.BUCKETS];
        for (Slot slot : slots) {
            if (counts(slot, nowNanos)) {
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += slot.times[i];
                }
            }
        }
        return sum;
    }

    private static boolean counts(Slot slot, long nowNanos) {
        return slot != null && slot.second > Math.floorDiv(nowNanos, SECOND_NANOS) - SECONDS;
    }
}
