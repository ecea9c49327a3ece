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
 * A {@link PriorityTier} made live on one event loop: its own turns, and what a pick may know of each
 * backend.
 */
final class TierSelector implements Candidates {

    /** What is asked of a backend, from the best to what is better than nothing. */
    enum Asked { ROOM, ROOM_TO_WAIT, NOT_TRIED, ANYTHING }

    /** Answer times are looked through for the usual one once in so many picks, a power of two. */
    private static final int PICKS = 64;
    /** Where nothing is known as yet, in nanoseconds. */
    private static final double USUAL = 1e6;

    private final List<BackendPool> shared;
    /** Each looked up when it is first asked for. */
    private final LoopPool[] pools;
    private final Loop loop;
    private final Supplier<Selector> fresh;
    /** Made for the first pick: of many changes in a row, most see none between them. */
    private Optional<Selector> selector = Optional.empty();
    private final boolean usesLoad;
    /**
     * Turns of their own for further tries. Taken from the others', with two backends each request that
     * failed at the one would make the next begin there as well.
     */
    private Optional<Selector> furtherTries = Optional.empty();
    private Asked asked;
    private Collection<LoopPool> tried = List.of();
    private long now;
    private int picks;
    private double usual = USUAL;

    TierSelector(PriorityTier tier, boolean usesLoad, Loop loop, RandomGenerator random) {
        this.shared = tier.pools();
        this.pools = new LoopPool[shared.size()];
        this.loop = loop;
        this.fresh = () -> tier.selectors().fresh(random);
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

    boolean hasAnother(Collection<LoopPool> than) {
        for (int i = 0; i < pools.length; i++) {
            if (than.isEmpty() || !than.contains(pool(i))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Picks one that meets what is asked.
     *
     * @param past backends to be passed over
     */
    Optional<LoopPool> pick(Asked what, Collection<LoopPool> past, long key) {
        if (pools.length == 0) {
            return Optional.empty();
        }
        asked = what;
        tried = past;
        if (usesLoad) {
            look();
        }
        int index = (past.isEmpty() ? forFirstTries() : forFurtherTries()).get().pick(this, key);
        return index == Selector.NONE ? Optional.empty() : pool(index).picked();
    }

    private Optional<Selector> forFirstTries() {
        if (selector.isEmpty()) {
            selector = Optional.of(fresh.get());
        }
        return selector;
    }

    private Optional<Selector> forFurtherTries() {
        if (furtherTries.isEmpty()) {
            furtherTries = Optional.of(fresh.get());
        }
        return furtherTries;
    }

    private void look() {
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
        usual = fastest == Double.POSITIVE_INFINITY ? USUAL : Math.max(1, fastest);
        for (BackendPool pool : shared) {
            pool.conduct().compareWith(usual);
        }
    }

    @Override
    public boolean accepts(int index) {
        LoopPool pool = pool(index);
        return switch (asked) {
            case ROOM -> pool.hasRoom() && !passedOver(index, pool);
            case ROOM_TO_WAIT -> pool.hasRoomToWait() && !passedOver(index, pool);
            case NOT_TRIED -> !tried.contains(pool);
            case ANYTHING -> true;
        };
    }

    /** This request has failed there, or the backend has asked for a pause by Retry-After. */
    private boolean passedOver(int index, LoopPool pool) {
        return !tried.isEmpty() && tried.contains(pool)
                || usesLoad && shared.get(index).conduct().pausing(now);
    }

    /** Recent failures count as requests in flight. */
    @Override
    public double load(int index) {
        return shared.get(index).inFlight() + shared.get(index).conduct().failures(now);
    }

    @Override
    public double nanos(int index) {
        return Math.max(1, pool(index).answerTime().at(now, usual, shared.get(index).inFlight() > 0));
    }
}
