package dev.gyre.upstream;

import dev.gyre.balancing.Candidates;
import dev.gyre.balancing.Selector;
import dev.gyre.loop.Loop;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Picks a backend of one {@link PriorityTier} on one event loop: says which backends meet the demand and how
 * loaded they are; its {@link Selector} says whose turn it is.
 */
final class TierSelector implements Candidates {

    /** What a backend must offer, the strictest first. */
    enum Demand {
        /** A connection without a wait. */
        ROOM,
        /** A place in the queue. */
        ROOM_TO_WAIT,
        /** This request has not failed there. */
        NOT_TRIED,
        NONE
    }

    /** The typical latency is computed once in so many picks, a power of two. */
    private static final int PICKS = 64;
    /** The typical latency while none is known, in nanoseconds. */
    private static final double DEFAULT_NANOS = 1e6;

    private final List<BackendPool> shared;
    /** Each looked up when it is first asked for. */
    private final LoopPool[] pools;
    private final Loop loop;
    private final Supplier<Selector> newSelector;
    /** Made for the first pick: between changes that follow each other closely there is none. */
    private Optional<Selector> selector = Optional.empty();
    private final boolean usesLoad;
    /**
     * For retries. If they took turns of first attempts, each request that fails at one of two backends would
     * make the next request begin there as well.
     */
    private Optional<Selector> retrySelector = Optional.empty();
    private Demand demand;
    private Collection<LoopPool> tried = List.of();
    private long now;
    private int picks;
    private double typicalNanos = DEFAULT_NANOS;

    TierSelector(PriorityTier tier, boolean usesLoad, Loop loop, RandomGenerator random) {
        this.shared = tier.pools();
        this.pools = new LoopPool[shared.size()];
        this.loop = loop;
        this.newSelector = () -> tier.selectors().fresh(random);
        this.usesLoad = usesLoad;
    }

    private LoopPool pool(int index) {
        LoopPool known = pools[index];
        if (known == null) {
            known = shared.get(index).on(loop);
            pools[index] = known;
        }
        return known;
    }

    boolean offers(LoopPool backend) {
        for (BackendPool pool : shared) {
            if (pool.has(backend)) {
                return true;
            }
        }
        return false;
    }

    boolean hasAnother(Collection<LoopPool> beside) {
        for (int i = 0; i < pools.length; i++) {
            if (beside.isEmpty() || !beside.contains(pool(i))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Picks a backend that meets the demand.
     *
     * @param before backends that this request has tried
     */
    Optional<LoopPool> pick(Demand what, Collection<LoopPool> before, long key) {
        if (pools.length == 0) {
            return Optional.empty();
        }
        demand = what;
        tried = before;
        if (usesLoad) {
            updateTypicalLatency();
        }
        int index = (before.isEmpty() ? forFirstAttempts() : forRetries()).get().pick(this, key);
        return index == Selector.NONE ? Optional.empty() : pool(index).picked();
    }

    private Optional<Selector> forFirstAttempts() {
        if (selector.isEmpty()) {
            selector = Optional.of(newSelector.get());
        }
        return selector;
    }

    private Optional<Selector> forRetries() {
        if (retrySelector.isEmpty()) {
            retrySelector = Optional.of(newSelector.get());
        }
        return retrySelector;
    }

    private void updateTypicalLatency() {
        now = loop.nanos();
        if ((picks++ & PICKS - 1) != 0) {
            return;
        }
        double fastest = Double.POSITIVE_INFINITY;
        for (LoopPool pool : pools) {
            if (pool != null && !pool.answerTime().unknown()) {
                fastest = Math.min(fastest, pool.answerTime().last());
            }
        }
        typicalNanos = fastest == Double.POSITIVE_INFINITY ? DEFAULT_NANOS : Math.max(1, fastest);
        for (BackendPool pool : shared) {
            pool.penalty().compareWith(typicalNanos);
        }
    }

    @Override
    public boolean accepts(int index) {
        LoopPool pool = pool(index);
        return switch (demand) {
            case ROOM -> pool.hasRoom() && !passedOver(index, pool);
            case ROOM_TO_WAIT -> pool.hasRoomToWait() && !passedOver(index, pool);
            case NOT_TRIED -> !tried.contains(pool);
            case NONE -> true;
        };
    }

    /** This request has failed there, or the backend has asked for a pause by Retry-After. */
    private boolean passedOver(int index, LoopPool pool) {
        return !tried.isEmpty() && tried.contains(pool)
                || usesLoad && shared.get(index).penalty().pausing(now);
    }

    /** Recent failures count as requests in flight. */
    @Override
    public double load(int index) {
        return shared.get(index).inFlight() + shared.get(index).penalty().failures(now);
    }

    @Override
    public double nanos(int index) {
        return Math.max(1, pool(index).answerTime().at(now, typicalNanos, shared.get(index).inFlight() > 0));
    }
}
