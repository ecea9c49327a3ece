package dev.gyre.balancing;

import java.util.Arrays;
import java.util.List;

/**
 * Each index has its own order of preference over the places of a table, made from its name alone; in turns
 * they take the best place still free. Shares are even to about one per cent, and a lookup is one read.
 *
 * <p>Source: D. Eisenbud et al., "Maglev: a fast and reliable software network load balancer", 2016,
 * section 3.4. Weights as turns left out, in proportion.
 */
final class Maglev implements HashTable {

    /** Primes, so that every step goes through all places; at least a hundred places an index. */
    private static final int PLACES = 65_537;
    private static final int MANY_PLACES = 655_373;
    private static final int MANY = 655;
    private static final int FREE = -1;

    private final int[] table;

    /** @param weights of the names, at the same index */
    Maglev(List<String> names, int[] weights) {
        table = new int[names.size() > MANY ? MANY_PLACES : PLACES];
        Arrays.fill(table, FREE);
        int[] place = new int[weights.length];
        int[] step = new int[weights.length];
        for (int i = 0; i < weights.length; i++) {
            long hash = Hash64.of(names.get(i));
            place[i] = (int) Long.remainderUnsigned(hash, table.length);
            step[i] = 1 + (int) Long.remainderUnsigned(Hash64.of(hash, 1), table.length - 1);
        }
        fill(place, step, weights);
    }

    private void fill(int[] place, int[] step, int[] weights) {
        double heaviest = Arrays.stream(weights).max().orElse(1);
        double[] due = new double[weights.length];
        int taken = 0;
        while (true) {
            for (int i = 0; i < weights.length; i++) {
                due[i] += weights[i] / heaviest;
                if (due[i] < 1) {
                    continue;
                }
                due[i]--;
                while (table[place[i]] != FREE) {
                    place[i] = (place[i] + step[i]) % table.length;
                }
                table[place[i]] = i;
                if (++taken == table.length) {
                    return;
                }
            }
        }
    }

    /** What the first choice cannot take is spread over all: each further attempt is a hash of its own. */
    @Override
    public int at(long hash, int attempt) {
        return table[(int) Long.remainderUnsigned(Hash64.of(hash, attempt), table.length)];
    }
}
