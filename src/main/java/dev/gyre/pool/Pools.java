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
import java.util.function.Supplier;

/**
 * The pools of all backends of this node. A pool outlives a change of the topology, with its counters.
 * Thread-safe; never on the path of a request.
 */
public final class Pools {

    private final List<Loop> loops;
    private final FailureWatch watch;
    private final Map<BackendId, BackendPool> pools = new HashMap<>();
    private final Map<BackendId, RecentTraffic> recent = new HashMap<>();
    private Shares shares = Shares.WHOLE;

    /** @param loops all event loops of the node, each at its index */
    public Pools(List<Loop> loops, FailureWatch watch) {
        this.loops = List.copyOf(loops);
        this.watch = watch;
    }

    /** The pool of a backend, made when there is none, with the given policy from now on. */
    public synchronized BackendPool adopt(BackendId id, ServicePolicy policy) {
        BackendPool pool = pools.get(id);
        if (pool == null) {
            pool = new BackendPool(id, policy, limit(id, policy.pool()), watch,
                    shared -> loops.stream().map(loop -> new LoopPool(shared, loop)).toList());
            pools.put(id, pool);
            recent.put(id, new RecentTraffic());
        } else {
            pool.adopt(policy, limit(id, policy.pool()));
        }
        return pool;
    }

    /**
     * Limits that hold for the whole cluster are shared out like this from now on, for backends still to come
     * as well; to be called again whenever the shares have changed.
     */
    public synchronized void share(Shares newShares) {
        shares = newShares;
        pools.forEach((id, pool) -> {
            int limit = limit(id, pool.policy());
            if (limit != pool.limit()) {
                pool.limit(limit);
            }
        });
    }

    /** The backends whose limit holds for the whole cluster, as this node uses them now. */
    public synchronized Map<BackendId, PoolUse> uses() {
        Map<BackendId, PoolUse> uses = new HashMap<>();
        pools.forEach((id, pool) -> {
            if (pool.policy().scope() == Scope.CLUSTER) {
                uses.put(id, pool.use());
            }
        });
        return uses;
    }

    private int limit(BackendId id, PoolPolicy policy) {
        int max = policy.maxConnections();
        return policy.scope() == Scope.NODE ? max : Math.max(0, Math.min(max, shares.of(id, max)));
    }

    /**
     * Takes a sample of all pools, to be called once a second: rates are taken between samples.
     *
     * @param wanted backends of the present topology, asked for when the sample is there, since one may come
     *               back in between; others are forgotten as soon as nothing uses them
     * @return the sentences on pools that stay full and are due to be logged, each at most once a minute
     */
    public Future<List<String>> sample(Supplier<Set<BackendId>> wanted) {
        return readings().map(readings -> record(readings, wanted));
    }

    private synchronized List<String> record(Map<BackendId, Reading> readings,
                                             Supplier<Set<BackendId>> topology) {
        Set<BackendId> wanted = topology.get();
        long now = System.nanoTime();
        List<String> due = new ArrayList<>();
        readings.forEach((id, reading) -> {
            BackendPool pool = pools.get(id);
            if (pool == null) {
                return;
            }
            recent.get(id).add(now, reading, pool);
            recent.get(id).dueSentence(now, pool).ifPresent(due::add);
            if (!wanted.contains(id) && reading.inFlight() == 0 && pool.places() == 0) {
                pools.remove(id);
                recent.remove(id);
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
            BackendPool pool = pools.get(id);
            if (pool != null) {
                stats.put(id, recent.get(id).stats(reading, pool));
            }
        });
        return stats;
    }

    /** What the requests so far say about every backend. */
    public Future<Map<BackendId, Traffic>> traffic() {
        return read(pool -> pool.evidence().read(),
                perLoop -> perLoop.stream().reduce(Traffic.NONE, Traffic::plus));
    }

    private Future<Map<BackendId, Reading>> readings() {
        return read(pool -> pool.tally().read(), Reading::of);
    }

    /** Counters are plain fields of their event loop, so each loop is asked to read its own. */
    private synchronized <T, R> Future<Map<BackendId, R>> read(Function<LoopPool, T> counter,
                                                               Function<List<T>, R> sum) {
        Collection<BackendPool> all = List.copyOf(pools.values());
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
