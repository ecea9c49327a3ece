package dev.gyre.balancing;

import java.util.random.RandomGenerator;

/**
 * Draws two by weight and takes the cheaper one, the first of equals. Nearly as good as the cheapest of all,
 * at the price of two looks; and since different nodes draw differently, they do not all run to the same
 * backend at once.
 *
 * <p>Source: M. Mitzenmacher, "The power of two choices in randomized load balancing", 2001.
 */
final class PowerOfTwo implements Selector {

    /** To find a second one, where one index has nearly all the weight. */
    private static final int DRAWS = 8;

    private final WeightedRandom lots;
    private final Selector first;
    private final Cost cost;

    PowerOfTwo(int[] weights, Cost cost, RandomGenerator random) {
        this.lots = new WeightedRandom(weights, random);
        this.first = new FirstAcceptable(lots, weights.length);
        this.cost = cost;
    }

    @Override
    public int pick(Candidates candidates, long key) {
        int one = first.pick(candidates, key);
        if (one == NONE) {
            return NONE;
        }
        for (int draw = 0; draw < DRAWS; draw++) {
            int other = lots.next();
            if (other != one && candidates.accepts(other)) {
                return cost.of(candidates, other) < cost.of(candidates, one) ? other : one;
            }
        }
        return one;
    }
}
