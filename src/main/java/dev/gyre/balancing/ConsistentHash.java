package dev.gyre.balancing;

/**
 * The same key to the same index, unless that one has more than its bound: so many times its share of all
 * that is in flight. Then, and when it cannot be taken, the key's next choice. O(n), for the sum.
 *
 * <p>Source: V. Mirrokni, M. Thorup, M. Zadimoghaddam, "Consistent hashing with bounded loads", 2018.
 */
final class ConsistentHash implements Selector {

    private final HashTable table;
    private final int[] weights;
    private final double bound;
    private final double weightSum;

    ConsistentHash(HashTable table, int[] weights, double bound) {
        this.table = table;
        this.weights = weights;
        this.bound = bound;
        double sum = 0;
        for (int weight : weights) {
            sum += weight;
        }
        weightSum = sum;
    }

    @Override
    public int pick(Candidates candidates, long key) {
        double all = 1;
        for (int index = 0; index < weights.length; index++) {
            all += candidates.load(index);
        }
        int attempts = 8 + 4 * weights.length;
        for (int attempt = 0; attempt < attempts; attempt++) {
            int index = table.at(key, attempt);
            double most = Math.ceil(bound * all * weights[index] / weightSum);
            if (candidates.load(index) + 1 <= most && candidates.accepts(index)) {
                return index;
            }
        }
        return leastLoaded(candidates);
    }

    /** Only acceptable ones beyond their bound are left, or one that the attempts have missed. */
    private int leastLoaded(Candidates candidates) {
        int best = NONE;
        for (int index = 0; index < weights.length; index++) {
            boolean less = best == NONE || candidates.load(index) / weights[index]
                    < candidates.load(best) / weights[best];
            if (less && candidates.accepts(index)) {
                best = index;
            }
        }
        return best;
    }
}
