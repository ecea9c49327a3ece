package dev.gyre.balancing;

import dev.gyre.model.Strategy;
import java.util.random.RandomGenerator;

/** The one place that turns a strategy into a selector. */
public final class Selectors {

    private Selectors() {
    }

    /**
     * A fresh selector over a list.
     *
     * @param weights of the list's elements in their order, at least one, each 1..1000
     * @param random  decides where the selector starts; read only here
     */
    public static Selector of(Strategy strategy, int[] weights, RandomGenerator random) {
        return switch (strategy) {
            case ROUND_ROBIN -> new SmoothWeightedRoundRobin(weights, random);
        };
    }
}
