package dev.gyre.balancing;

import java.util.random.RandomGenerator;

/**
 * The cheapest of all; among equals a lot by weight decides. O(n): for long lists take {@link PowerOfTwo}.
 */
final class LeastRequests implements Selector {

    private final int[] weights;
    private final Cost cost;
    private final RandomGenerator random;

    LeastRequests(int[] weights, RandomGenerator random) {
        this.weights = weights;
        this.cost = Cost.load(weights);
        this.random = random;
    }

    @Override
    public int pick(Candidates candidates, long key) {
        int best = NONE;
        double least = Double.POSITIVE_INFINITY;
        long equals = 0;
        for (int index = 0; index < weights.length; index++) {
            if (!candidates.accepts(index)) {
                continue;
            }
            double price = cost.of(candidates, index);
            if (price < least) {
                least = price;
                best = index;
                equals = weights[index];
            } else if (price == least) {
                equals += weights[index];
                best = random.nextLong(equals) < weights[index] ? index : best;
            }
        }
        return best;
    }
}
