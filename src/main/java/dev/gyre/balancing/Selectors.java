package dev.gyre.balancing;

import dev.gyre.model.Balance;
import dev.gyre.model.Hashing;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The one place that turns a strategy into selectors, one for each event loop. What they share is made when
 * the first one is asked for. Thread-safe.
 */
public final class Selectors {

    private final Balance balance;
    private final List<String> names;
    private final int[] weights;
    private HashTable table;

    /**
     * Of a list.
     *
     * @param names   of its elements in their order, by which hashing knows them again; at least one
     * @param weights at the same index, each 1..1000
     */
    public Selectors(Balance balance, List<String> names, int[] weights) {
        this.balance = balance;
        this.names = List.copyOf(names);
        this.weights = weights.clone();
    }

    /**
     * A fresh selector.
     *
     * @param random decides among equals, and where a rotation starts
     */
    public Selector fresh(RandomGenerator random) {
        return switch (balance.by()) {
            case ROUND_ROBIN ->
                    new FirstAcceptable(new SmoothWeightedRoundRobin(weights, random), weights.length);
            case WEIGHTED_RANDOM -> new FirstAcceptable(new WeightedRandom(weights, random), weights.length);
            case LEAST_REQUESTS -> new LeastRequests(weights, random);
            case POWER_OF_TWO -> new PowerOfTwo(weights, Cost.load(weights), random);
            case PEAK_EWMA -> new PowerOfTwo(weights, Cost.time(weights), random);
            case CONSISTENT_HASH ->
                    new ConsistentHash(table(), weights, balance.hashing().boundedLoad());
        };
    }

    private synchronized HashTable table() {
        if (table == null) {
            table = balance.hashing().algorithm() == Hashing.Algorithm.RING
                    ? new HashRing(names, weights) : new Maglev(names, weights);
        }
        return table;
    }
}
