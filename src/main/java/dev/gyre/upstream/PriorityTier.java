package dev.gyre.upstream;

import dev.gyre.balancing.Selectors;
import dev.gyre.model.Balance;
import java.util.Arrays;
import java.util.List;

/** Some backends of a service and the share each is to have; shared by all event loops. */
final class PriorityTier {

    private final Balance balance;
    private final List<BackendPool> pools;
    private final int[] weights;
    private final Selectors selectors;

    /** @param weights of the backends, at the same index, each 1..1000 */
    PriorityTier(Balance balance, List<BackendPool> pools, int[] weights) {
        this.balance = balance;
        this.pools = List.copyOf(pools);
        this.weights = weights.clone();
        this.selectors = new Selectors(balance,
                () -> this.pools.stream().map(pool -> pool.id().url().toString()).toList(), weights);
    }

    List<BackendPool> pools() {
        return pools;
    }

    Selectors selectors() {
        return selectors;
    }

    /** The same pools, not only pools of the same backends, and the same weights. */
    boolean isLike(PriorityTier other) {
        return pools.equals(other.pools) && Arrays.equals(weights, other.weights);
    }

    /** This one, or the one before it when nothing is different: what was made of that need not be again. */
    PriorityTier after(PriorityTier before) {
        if (isLike(before) && balance.equals(before.balance)) {
            return before;
        }
        if (before.selectors.prepared() && !pools.isEmpty()) {
            selectors.prepare();
        }
        return this;
    }
}
