package dev.gyre.upstream;

import dev.gyre.loop.Loop;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.PoolUse;
import dev.gyre.model.Scope;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Shares;
import dev.gyre.model.Traffic;
import dev.gyre.tls.BackendContexts;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The pools of all backends of this node. A pool outlives a change of the topology, with its counters.
 * Thread-safe; never on the path of a request.
 */
public final class Pools {

    /*
     * Most of a hundred thousand backends are quiet, and some come and go. So what runs once a second, or for
     * one backend, looks only at those concerned: those with recent requests, those that leave, those with a
     * shared limit. Only a query for the figures of all walks all.
     */

    private final List<Loop> loops;
    private final FailureWatch watch;
    private final Connector connector;
    private final Map<BackendId, Known> pools = new HashMap<>();
    /** Those of one address each, by the entry that they are of. */
    private final Map<BackendId, Set<BackendId>> addresses = new HashMap<>();
    /** No longer wanted, and still in use or not looked at since. */
    private final Set<BackendId> leaving = new LinkedHashSet<>();
    /** Those whose limit holds for the whole cluster. */
    private final Map<BackendId, BackendPool> shared = new HashMap<>();
    /** Those with recent requests. */
    private final Set<BackendPool> active = ConcurrentHashMap.newKeySet();
    private Shares shares = Shares.WHOLE;

    private record Known(BackendPool pool, RecentTraffic recent) {
    }

    /**
     * @param loops all event loops of the node, each at its index
     * @param tls   for backends that are spoken to within TLS
     */
    public Pools(List<Loop> loops, FailureWatch watch, BackendContexts tls) {
        this(loops, watch, new Http1Connector(tls));
    }

    Pools(List<Loop> loops, FailureWatch watch, Connector connector) {
        this.loops = List.copyOf(loops);
        this.watch = watch;
        this.connector = connector;
    }

    /** The pool of a backend, made when there is none, with the given policy from now on. */
    public synchronized BackendPool adopt(BackendId id, ServicePolicy policy) {
        Known known = pools.get(id);
        BackendPool pool = known == null ? made(id, policy) : known.pool();
        if (known != null) {
            leaving.remove(id);
            pool.adopt(policy, limit(id, policy.pool()));
        }
        if (policy.pool().scope() == Scope.CLUSTER) {
            shared.put(id, pool);
        } else {
            shared.remove(id);
        }
        return pool;
    }

    private BackendPool made(BackendId id, ServicePolicy policy) {
        BackendPool pool = new BackendPool(new BackendState(id, policy, watch), limit(id, policy.pool()),
                loops.size(), connector, active::add);
        pools.put(id, new Known(pool, new RecentTraffic()));
        if (id.address().isPresent()) {
            addresses.computeIfAbsent(entry(id), entry -> new LinkedHashSet<>()).add(id);
        }
        return pool;
    }

    private static BackendId entry(BackendId id) {
        return new BackendId(id.service(), id.url());
    }

    /** The backend is not wanted any more: its pool is forgotten as soon as nothing uses it. */
    public synchronized void leave(BackendId id) {
        if (pools.containsKey(id)) {
            leaving.add(id);
        }
    }

    private void forget(BackendId id) {
        leaving.remove(id);
        shared.remove(id);
        active.remove(pools.remove(id).pool());
        addresses.computeIfPresent(entry(id), (entry, all) -> {
            all.remove(id);
            return all.isEmpty() ? null : all;
        });
    }

    /**
     * Limits that hold for the whole cluster are shared out like this from now on, for backends still to come
     * as well; to be called again whenever the shares have changed.
     */
    public synchronized void share(Shares newShares) {
        shares = newShares;
        shared.forEach((id, pool) -> {
            int limit = limit(id, pool.policy());
            if (limit != pool.slots().limit()) {
                pool.slots().limit(limit);
            }
        });
    }

    /** The backends whose limit holds for the whole cluster, as this node uses them now. */
    public synchronized Map<BackendId, PoolUse> uses() {
        Map<BackendId, PoolUse> uses = new HashMap<>();
        shared.forEach((id, pool) -> uses.put(id, pool.use()));
        return uses;
    }

    private int limit(BackendId id, PoolPolicy policy) {
        int max = policy.maxConnections();
        return policy.scope() == Scope.NODE ? max : Math.max(0, Math.min(max, shares.of(id, max)));
    }

    /**
     * Takes a sample of all pools in use, to be called once a second: rates are taken between samples. A pool
     * that stays full is logged once a minute. A removed backend's pool is forgotten when nothing uses it.
     */
    public Future<Void> sample() {
        Collection<BackendPool> some;
        synchronized (this) {
            some = Stream.concat(activePools().stream(), leaving.stream().map(id -> pools.get(id).pool()))
                    .distinct().toList();
        }
        return readings(some).map(this::record).map(saturated -> {
            saturated.forEach(Saturation::log);
            return null;
        });
    }

    private synchronized Collection<BackendPool> activePools() {
        long now = System.nanoTime();
        List<BackendPool> some = new ArrayList<>();
        for (BackendPool pool : active) {
            Known known = pools.get(pool.id());
            if (known == null || known.pool() != pool) {
                active.remove(pool);
            } else if (known.recent().active(now, pool)) {
                some.add(pool);
            } else {
                // In this order: a connection that is opened meanwhile brings it back.
                active.remove(pool);
                pool.slots().markInactive();
            }
        }
        return some;
    }

    private synchronized List<PoolWindow> record(Map<BackendPool, Reading> readings) {
        long now = System.nanoTime();
        List<PoolWindow> saturated = new ArrayList<>();
        readings.forEach((pool, reading) -> {
            Known known = pools.get(pool.id());
            if (known == null || known.pool() != pool) {
                return;
            }
            known.recent().add(now, reading, pool);
            known.recent().saturationToLog(now, pool).ifPresent(saturated::add);
            if (leaving.contains(pool.id()) && reading.inFlight() == 0 && pool.slots().taken() == 0) {
                forget(pool.id());
            }
        });
        return saturated;
    }

    /**
     * What this node sees of every backend at this moment, those included that finish after their removal.
     */
    public Future<Map<BackendId, BackendStats>> stats() {
        return stats(all());
    }

    /** The same of those that requests have gone to lately; of the others nothing has changed since. */
    public Future<Map<BackendId, BackendStats>> recentStats() {
        return stats(activePools());
    }

    /** The same of one backend; where its name stands for several addresses, of each. */
    public Future<Map<BackendId, BackendStats>> stats(BackendId entry) {
        return stats(of(entry));
    }

    private synchronized Collection<BackendPool> of(BackendId entry) {
        return Stream.concat(Stream.of(entry), addresses.getOrDefault(entry, Set.of()).stream())
                .flatMap(id -> Optional.ofNullable(pools.get(id)).stream()).map(Known::pool).toList();
    }

    private Future<Map<BackendId, BackendStats>> stats(Collection<BackendPool> some) {
        return readings(some).map(this::evaluate);
    }

    private synchronized Map<BackendId, BackendStats> evaluate(Map<BackendPool, Reading> readings) {
        Map<BackendId, BackendStats> stats = new HashMap<>();
        readings.forEach((pool, reading) -> {
            Known known = pools.get(pool.id());
            if (known != null) {
                stats.put(pool.id(), known.recent().stats(reading, known.pool()));
            }
        });
        return stats;
    }

    /**
     * What the requests so far say about every backend that has had any lately; of the others nothing has
     * changed for longer than anybody looks back.
     */
    public Future<Map<BackendId, Traffic>> traffic() {
        return read(activePools(), pool -> pool.evidence().read(), Traffic.NONE,
                perLoop -> perLoop.stream().reduce(Traffic.NONE, Traffic::plus)).map(read -> {
            Map<BackendId, Traffic> byId = new HashMap<>();
            read.forEach((pool, traffic) -> byId.put(pool.id(), traffic));
            return byId;
        });
    }

    private Future<Map<BackendPool, Reading>> readings(Collection<BackendPool> some) {
        return read(some, pool -> pool.tally().read(), LoopCount.ZERO, Reading::of);
    }

    private synchronized Collection<BackendPool> all() {
        return pools.values().stream().map(Known::pool).toList();
    }

    /**
     * Counters are plain fields of their event loop, so each loop is asked to read its own.
     *
     * @param none what a loop has counted that has never had to do with the backend
     */
    private <T, R> Future<Map<BackendPool, R>> read(Collection<BackendPool> some,
                                                    Function<LoopPool, T> counter, T none,
                                                    Function<List<T>, R> sum) {
        if (some.isEmpty()) {
            return Future.succeededFuture(Map.of());
        }
        List<Future<Map<BackendPool, T>>> perLoop =
                loops.stream().map(loop -> read(loop, some, counter)).toList();
        R nothing = sum.apply(loops.stream().map(loop -> none).toList());
        return Future.all(perLoop).map(done -> {
            Map<BackendPool, R> sums = new HashMap<>();
            for (BackendPool pool : some) {
                boolean counted = perLoop.stream().anyMatch(of -> of.result().containsKey(pool));
                sums.put(pool, counted ? sum.apply(perLoop.stream()
                        .map(of -> of.result().getOrDefault(pool, none)).toList()) : nothing);
            }
            return sums;
        });
    }

    private static <T> Future<Map<BackendPool, T>> read(Loop loop, Collection<BackendPool> pools,
                                                        Function<LoopPool, T> counter) {
        Promise<Map<BackendPool, T>> promise = Promise.promise();
        loop.execute(() -> {
            Map<BackendPool, T> counts = new HashMap<>();
            pools.forEach(pool -> pool.known(loop).ifPresent(own -> counts.put(pool, counter.apply(own))));
            promise.complete(counts);
        });
        return promise.future();
    }
}
