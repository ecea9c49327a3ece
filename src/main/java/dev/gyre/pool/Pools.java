package dev.gyre.pool;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.PoolUse;
import dev.gyre.model.Scope;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Shares;
import dev.gyre.model.Traffic;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The pools of all backends of this node. A pool outlives a change of the topology, with its counters.
 * Thread-safe; never on the path of a request.
 */
public final class Pools {

    private final List<Loop> loops;
    private final FailureWatch watch;
    private final Map<BackendId, Known> pools = new HashMap<>();
    private Shares shares = Shares.WHOLE;

    private record Known(BackendPool pool, RecentTraffic recent) {

        boolean stirring(long nowNanos) {
            return recent.stirring(nowNanos, pool);
        }
    }

    /** @param loops all event loops of the node, each at its index */
    public Pools(List<Loop> loops, FailureWatch watch) {
        this.loops = List.copyOf(loops);
        this.watch = watch;
    }

    /** The pool of a backend, made when there is none, with the given policy from now on. */
    public synchronized BackendPool adopt(BackendId id, ServicePolicy policy) {
        Known known = pools.get(id);
        if (known != null) {
            known.pool().adopt(policy, limit(id, policy.pool()));
            return known.pool();
        }
        BackendPool pool = new BackendPool(id, policy, limit(id, policy.pool()), watch,
                shared -> loops.stream().map(loop -> new LoopPool(shared, loop)).toList());
        pools.put(id, new Known(pool, new RecentTraffic()));
        return pool;
    }

    /**
     * Limits that hold for the whole cluster are shared out like this from now on, for backends still to come
     * as well; to be called again whenever the shares have changed.
     */
    public synchronized void share(Shares newShares) {
        shares = newShares;
        pools.forEach((id, known) -> {
            BackendPool pool = known.pool();
            int limit = limit(id, pool.policy());
            if (limit != pool.limit()) {
                pool.limit(limit);
            }
        });
    }

    /** The backends whose limit holds for the whole cluster, as this node uses them now. */
    public synchronized Map<BackendId, PoolUse> uses() {
        Map<BackendId, PoolUse> uses = new HashMap<>();
        pools.forEach((id, known) -> {
            if (known.pool().policy().scope() == Scope.CLUSTER) {
                uses.put(id, known.pool().use());
            }
        });
        return uses;
    }

    private int limit(BackendId id, PoolPolicy policy) {
        int max = policy.maxConnections();
        return policy.scope() == Scope.NODE ? max : Math.max(0, Math.min(max, shares.of(id, max)));
    }

    /**
     * Takes a sample of all pools in use, to be called once a second: rates are taken between samples.
     *
     * @param wanted backends of the present topology, asked for when the sample is there, since one may come
     *               back in between; others are forgotten as soon as nothing uses them
     * @return the sentences on pools that stay full and are due to be logged, each at most once a minute
     */
    public Future<List<String>> sample(Supplier<Set<BackendId>> wanted) {
        Set<BackendId> now = wanted.get();
        Collection<BackendPool> some = stirring(pool -> !now.contains(pool.id()));
        return read(some, pool -> pool.tally().read(), Reading::of)
                .map(readings -> record(readings, wanted));
    }

    /**
     * Those that requests have gone to lately, and those of which this holds: of thousands of backends most
     * are quiet, and reading them would cost more than all else that an idle node does.
     */
    private synchronized Collection<BackendPool> stirring(Predicate<BackendPool> besides) {
        long now = System.nanoTime();
        return pools.values().stream()
                .filter(known -> known.stirring(now) || besides.test(known.pool())).map(Known::pool).toList();
    }

    private synchronized List<String> record(Map<BackendId, Reading> readings,
                                             Supplier<Set<BackendId>> topology) {
        Set<BackendId> wanted = topology.get();
        long now = System.nanoTime();
        List<String> due = new ArrayList<>();
        readings.forEach((id, reading) -> {
            Known known = pools.get(id);
            if (known == null) {
                return;
            }
            known.recent().add(now, reading, known.pool());
            known.recent().dueSentence(now, known.pool()).ifPresent(due::add);
            if (!wanted.contains(id) && reading.inFlight() == 0 && known.pool().places() == 0) {
                pools.remove(id);
            }
        });
        return due;
    }

    /**
     * What this node sees of every backend at this moment, those included that finish after their removal.
     */
    public Future<Map<BackendId, BackendStats>> stats() {
        return readings().map(this::evaluate);
    }

    private synchronized Map<BackendId, BackendStats> evaluate(Map<BackendId, Reading> readings) {
        Map<BackendId, BackendStats> stats = new HashMap<>();
        readings.forEach((id, reading) -> {
            Known known = pools.get(id);
            if (known != null) {
                stats.put(id, known.recent().stats(reading, known.pool()));
            }
        });
        return stats;
    }

    /**
     * What the requests so far say about every backend that has had any lately; of the others nothing has
     * changed for longer than anybody looks back.
     */
    public Future<Map<BackendId, Traffic>> traffic() {
        return read(stirring(pool -> false), pool -> pool.evidence().read(),
                perLoop -> perLoop.stream().reduce(Traffic.NONE, Traffic::plus));
    }

    private Future<Map<BackendId, Reading>> readings() {
        return read(all(), pool -> pool.tally().read(), Reading::of);
    }

    private synchronized Collection<BackendPool> all() {
        return pools.values().stream().map(Known::pool).toList();
    }

    /** Counters are plain fields of their event loop, so each loop is asked to read its own. */
    private <T, R> Future<Map<BackendId, R>> read(Collection<BackendPool> all, Function<LoopPool, T> counter,
                                                  Function<List<T>, R> sum) {
        if (all.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        List<Future<Map<BackendId, T>>> perLoop =
                loops.stream().map(loop -> read(loop, all, counter)).toList();
        return Future.all(perLoop).map(done -> {
            Map<BackendId, R> sums = new HashMap<>();
            for (BackendPool pool : all) {
                sums.put(pool.id(),
                        sum.apply(perLoop.stream().map(f -> f.result().get(pool.id())).toList()));
            }
            return sums;
        });
    }

    private static <T> Future<Map<BackendId, T>> read(Loop loop, Collection<BackendPool> pools,
                                                      Function<LoopPool, T> counter) {
        Promise<Map<BackendId, T>> promise = Promise.promise();
        loop.execute(() -> {
            Map<BackendId, T> counts = new HashMap<>();
            pools.forEach(pool -> counts.put(pool.id(), counter.apply(pool.on(loop))));
            promise.complete(counts);
        });
        return promise.future();
    }
}
