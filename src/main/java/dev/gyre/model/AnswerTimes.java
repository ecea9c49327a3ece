package dev.gyre.model;

import java.time.Duration;

/**
 * Counts of answer times in buckets a quarter of an octave wide, from 65 µs to 68 s: four numbers an octave
 * tell a median to about 10 %, which is enough to find the backend that takes three times as long.
 */
public final class AnswerTimes {

    private static final int SHORTEST_OCTAVE = 16;
    private static final int OCTAVES = 20;

    public static final int BUCKETS = 4 * OCTAVES;

    private AnswerTimes() {
    }

    /** The bucket of a time, 0..{@link #BUCKETS}-1; what lies outside goes to the first or last. */
    public static int bucket(long nanos) {
        int octave = 63 - Long.numberOfLeadingZeros(Math.max(1, nanos));
        if (octave < SHORTEST_OCTAVE) {
            return 0;
        }
        int quarter = (int) (nanos >>> octave - 2) & 3;
        return Math.min(BUCKETS - 1, 4 * (octave - SHORTEST_OCTAVE) + quarter);
    }

    /** How many were counted. */
    public static long sum(int[] counts) {
        long sum = 0;
        for (int count : counts) {
            sum += count;
        }
        return sum;
    }

    /** The median of what was counted, to about 10 %; zero when nothing was. */
    public static Duration median(int[] counts) {
        long total = sum(counts);
        long passed = 0;
        for (int bucket = 0; bucket < counts.length; bucket++) {
            passed += counts[bucket];
            if (2 * passed >= total && total > 0) {
                return Duration.ofNanos(middle(bucket));
            }
        }
        return Duration.ZERO;
    }

    private static long middle(int bucket) {
        long eighth = 1L << SHORTEST_OCTAVE + bucket / 4 - 3;
        return eighth * (8 + 2 * (bucket % 4) + 1);
    }
}
