package dev.gyre.proxy;

import dev.gyre.balancing.Candidates;
import dev.gyre.balancing.Selector;
import dev.gyre.pool.BackendPool;
import dev.gyre.pool.Loop;
import dev.gyre.pool.LoopPool;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** A {@link Rank} made live on one event loop: its own turns, and what a pick may know of each backend. */
final class LiveRank implements Candidates {

    /** What is asked of a backend, from the best to what is better than nothing. */
    enum Asked { ROOM, ROOM_TO_WAIT, NOT_TRIED, ANYTHING }

    /** Answer times are looked through for the usual one once in so many picks, a power of two. */
    private static final int PICKS = 64;
    /** Where nothing is known as yet, in nanoseconds. */
    private static final double USUAL = 1e6;

    private final LoopPool[] pools;
    private final BackendPool[] shared;
    private final Supplier<Selector> fresh;
    private final Optional<Selector> selector;
    private final boolean watchful;
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

    LiveRank(Rank rank, boolean watchful, Loop loop, RandomGenerator random) {
        this.shared = rank.pools().toArray(BackendPool[]::new);
        this.pools = rank.pools().stream().map(pool -> pool.on(loop)).toArray(LoopPool[]::new);
        // With nobody in it there is nothing to pick from, and nobody is asked.
        this.fresh = () -> rank.selectors().fresh(random);
        this.selector = pools.length == 0 ? Optional.empty() : Optional.of(fresh.get());
        this.watchful = watchful;
    }

    List<LoopPool> pools() {
        return List.of(pools);
    }

    boolean offers(LoopPool backend) {
        for (LoopPool pool : pools) {
            if (pool == backend) {
                return true;
            }
        }
        return false;
    }

    boolean hasAnother(Collection<LoopPool> than) {
        for (LoopPool pool : pools) {
            if (!than.contains(pool)) {
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
        if (selector.isEmpty()) {
            return Optional.empty();
        }
        asked = what;
        tried = past;
        if (watchful) {
            look();
        }
        int index = (past.isEmpty() ? selector : forFurtherTries()).get().pick(this, key);
        return index == Selector.NONE ? Optional.empty() : Optional.of(pools[index]);
    }

    private Optional<Selector> forFurtherTries() {
        if (furtherTries.isEmpty()) {
            furtherTries = Optional.of(fresh.get());
        }
        return furtherTries;
    }

    private void look() {
        now = System.nanoTime();
        if ((picks++ & PICKS - 1) != 0) {
            return;
        }
        double fastest = Double.POSITIVE_INFINITY;
        for (LoopPool pool : pools) {
            if (!pool.answerTime().unknown()) {
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
        LoopPool pool = pools[index];
        return switch (asked) {
            case ROOM -> pool.hasRoom() && !passedOver(index, pool);
            case ROOM_TO_WAIT -> pool.hasRoomToWait() && !passedOver(index, pool);
            case NOT_TRIED -> !tried.contains(pool);
            case ANYTHING -> true;
        };
    }

    private boolean passedOver(int index, LoopPool pool) {
        return !tried.isEmpty() && tried.contains(pool) || watchful && shared[index].conduct().pausing(now);
    }

    @Override
    public double load(int index) {
        return shared[index].inFlight() + shared[index].conduct().failures(now);
    }

    @Override
    public double nanos(int index) {
        return Math.max(1, pools[index].answerTime().at(now, usual, shared[index].inFlight() > 0));
    }
}
