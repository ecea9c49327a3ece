package dev.gyre.balancing;

import dev.gyre.model.Balance;
import dev.gyre.model.Hashing;
import dev.gyre.model.Strategy;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The one place that turns a strategy into selectors, one for each event loop. What they share is made when
 * the first one is asked for. Thread-safe.
 */
public final class Selectors {

    private final Balance balance;
    private final Supplier<List<String>> names;
    private final int[] weights;
    private HashTable table;

    /**
     * Of a list.
     *
     * @param names   of its elements in their order, by which hashing knows them again; at least one
     * @param weights at the same index, each 1..1000
     */
    public Selectors(Balance balance, List<String> names, int[] weights) {
        this(balance, () -> names, weights);
    }

    /** @param names asked for by hashing alone */
    public Selectors(Balance balance, Supplier<List<String>> names, int[] weights) {
        this.balance = balance;
        this.names = names;
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

    /** Makes now what all share, so that no event loop has to: that of thousands takes milliseconds. */
    public void prepare() {
        if (balance.by() == Strategy.CONSISTENT_HASH) {
            table();
        }
    }

    /** Somebody has asked for a selector whose making takes long. */
    public synchronized boolean prepared() {
        return table != null;
    }

    private synchronized HashTable table() {
        if (table == null) {
            table = balance.hashing().algorithm() == Hashing.Algorithm.RING
                    ? new HashRing(names.get(), weights) : new Maglev(names.get(), weights);
        }
        return table;
    }
}
