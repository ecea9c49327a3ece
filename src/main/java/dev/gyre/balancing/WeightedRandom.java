package dev.gyre.balancing;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Draws by lot, each index with its weight's share of the lots; O(log n). */
final class WeightedRandom implements Rotation {

    private final long[] upTo;
    private final RandomGenerator random;

    /** @param weights at least one, each 1 or more */
    WeightedRandom(int[] weights, RandomGenerator random) {
        this.random = random;
        upTo = new long[weights.length];
        long sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i];
            upTo[i] = sum;
        }
    }

    @Override
    public int next() {
        long lot = random.nextLong(upTo[upTo.length - 1]);
        int found = Arrays.binarySearch(upTo, lot);
        return found >= 0 ? found + 1 : -found - 1;
    }
}
