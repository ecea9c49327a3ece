package dev.gyre.upstream;

import dev.gyre.balancing.FailurePenalty;
import dev.gyre.loop.Loop;
import dev.gyre.model.BackendId;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.PoolUse;
import dev.gyre.model.ServicePolicy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The bounds that hold for one backend on the whole node: how many connections are open, and which requests
 * wait for one. Thread-safe; event loops meet here, and nowhere else, and only when a connection opens or
 * closes or somebody waits.
 */
public final class BackendPool {

    /*
     * A place is the right to one open connection. Whoever sees both a waiting request and something free
     * brings them together: a loop that puts a connection to rest looks for waiting requests afterwards, and
     * a request that joins the queue looks for free places and resting connections afterwards. `waiting` and
     * LoopPool.resting are volatile, so at least one of the two sees the other, and no wake-up is lost. Both
     * may see each other; then one of them finds nothing left to do.
     */

    /**
     * How much longer than its elder on another loop a request may be served first because the connection is
     * already on its own loop. To move a connection's place to another loop costs closing it and opening a
     * new one.
     */
    private static final long TOLERANCE_NANOS = Duration.ofMillis(10).toNanos();

    private final BackendId id;
    private final LoopPools loops;
    private final Consumer<BackendPool> stirring;
    private final AtomicInteger places = new AtomicInteger();
    private final ConsecutiveFailures failures;
    private volatile PoolPolicy policy;
    private volatile int limit;
    private volatile Duration connectTimeout;
    private final FailurePenalty conduct = new FailurePenalty();
    private volatile boolean watched;
    private volatile EjectionPolicy ejection;
    private volatile int waiting;
    private volatile boolean stirs;

    /**
     * @param loops    how many event loops the node has
     * @param stirring told when requests begin to come, once until {@link #rests}
     */
    BackendPool(BackendId id, ServicePolicy policy, int limit, int loops, FailureWatch watch,
                Consumer<BackendPool> stirring) {
        this.id = id;
        this.failures = new ConsecutiveFailures(id, watch);
        this.policy = policy.pool();
        this.limit = limit;
        this.connectTimeout = policy.timeouts().connect();
        this.watched = policy.balance().by().usesLoad();
        this.ejection = policy.ejection();
        this.loops = new LoopPools(this, loops);
        this.stirring = stirring;
    }

    public BackendId id() {
        return id;
    }

    /** This backend's connections on the given event loop. */
    public LoopPool on(Loop loop) {
        return loops.on(loop);
    }

    /** The same; empty when that loop has never had to do with this backend. */
    public Optional<LoopPool> known(Loop loop) {
        return loops.known(loop);
    }

    public FailurePenalty conduct() {
        return conduct;
    }

    /** What requests experience here is to be noted, for balancing looks at it. */
    boolean watched() {
        return watched;
    }

    /**
     * Requests that hold a lease, on all loops. The loops' counts are read without stopping them: each is
     * right or a moment old, and so may be their sum.
     */
    public int inFlight() {
        return loops.inFlight();
    }

    PoolPolicy policy() {
        return policy;
    }

    Duration connectTimeout() {
        return connectTimeout;
    }

    /**
     * Takes effect at once; connections beyond a smaller limit are closed as they finish, idle ones now.
     *
     * @param newLimit connections of this node, at most those of the policy
     */
    void adopt(ServicePolicy newPolicy, int newLimit) {
        policy = newPolicy.pool();
        connectTimeout = newPolicy.timeouts().connect();
        watched = newPolicy.balance().by().usesLoad();
        ejection = newPolicy.ejection();
        limit(newLimit);
    }

    void limit(int newLimit) {
        limit = newLimit;
        serve();
        trim();
    }

    /** Connections this node may have open: those of the policy, or its share of them. */
    int limit() {
        return limit;
    }

    /** Places are read after the limit: one that was taken under an earlier limit is counted. */
    PoolUse use() {
        int now = limit;
        int open = places.get();
        return new PoolUse(policy.maxConnections(), now, open, Math.max(0, open - resting()) + waiting);
    }

    EjectionPolicy ejection() {
        return ejection;
    }

    ConsecutiveFailures failures() {
        return failures;
    }

    int places() {
        return places.get();
    }

    /** A backend that refuses all connections has failures alone. */
    boolean inUse() {
        return places.get() > 0 || waiting > 0 || failures.goesOn();
    }

    int waiting() {
        return waiting;
    }

    /** Idle connections of all loops. */
    int resting() {
        return loops.resting();
    }

    /** Every request that opens a connection or waits comes through here, and no other. */
    private void stir() {
        if (!stirs) {
            stirs = true;
            stirring.accept(this);
        }
    }

    /** It was not used for a while; a request at this very moment reports it as used again. */
    void rests() {
        stirs = false;
        if (inUse()) {
            stir();
        }
    }

    boolean overfull() {
        return places.get() > limit;
    }

    boolean takePlace() {
        int taken = places.get();
        while (taken < limit) {
            if (places.compareAndSet(taken, taken + 1)) {
                // Who lowered the limit in between may have counted the places before this one was taken.
                if (taken < limit) {
                    stir();
                    return true;
                }
                places.decrementAndGet();
            }
            taken = places.get();
        }
        return false;
    }

    void freePlace() {
        places.decrementAndGet();
        serve();
        trim();
    }

    /** Lets idle connections beyond the limit go, one by one: each that is closed asks here again. */
    private void trim() {
        if (overfull()) {
            loops.withResting().ifPresent(pool -> pool.loop().executeLater(pool::trim));
        }
    }

    /** Gives a place that is already taken to a request that is no longer in the queue. */
    void passPlace(Lease lease) {
        lease.pool().loop().execute(() -> lease.pool().open(lease));
    }

    /** Puts a request at the end of the queue, unless that is full. */
    boolean join(Lease lease) {
        synchronized (this) {
            // Who is to get a connection that rests on another loop waits for a moment, but not for its turn.
            if (waiting >= policy.maxQueue() + resting()) {
                return false;
            }
            lease.pool().queue.add(lease);
            waiting++;
        }
        stir();
        serve();
        return true;
    }

    /** Takes a request out of the queue; false when it was not there, because a place is on its way to it. */
    synchronized boolean leave(Lease lease) {
        boolean left = lease.pool().queue.remove(lease);
        if (left) {
            waiting--;
        }
        return left;
    }

    /** Brings free places and resting connections to those who wait, the oldest first. */
    void serve() {
        while (waiting > 0) {
            Lease first;
            synchronized (this) {
                first = loops.oldest().orElse(null);
                if (first == null) {
                    return;
                }
                if (!takePlace()) {
                    askForResting(first.pool());
                    return;
                }
                leave(first);
            }
            passPlace(first);
        }
    }

    private void askForResting(LoopPool preferred) {
        if (preferred.resting() > 0) {
            preferred.loop().executeLater(preferred::giveUpResting);
            return;
        }
        loops.withResting().ifPresent(pool -> pool.loop().executeLater(pool::giveUpResting));
    }

    /**
     * Takes the request out of the queue that a connection of the given loop is to serve next: that loop's
     * oldest, unless another loop's has waited noticeably longer.
     */
    synchronized Optional<Lease> nextFor(LoopPool pool) {
        Optional<Lease> eldest = loops.oldest();
        if (eldest.isEmpty()) {
            return eldest;
        }
        Lease chosen = eldest.get();
        if (chosen.pool() != pool && !pool.queue.isEmpty()) {
            Lease own = pool.queue.iterator().next();
            if (own.waitingSince() - chosen.waitingSince() <= TOLERANCE_NANOS) {
                chosen = own;
            }
        }
        leave(chosen);
        return Optional.of(chosen);
    }

    /** Takes all requests of one loop out of the queue. */
    synchronized List<Lease> evict(LoopPool pool) {
        List<Lease> evicted = List.copyOf(pool.queue);
        pool.queue.clear();
        waiting -= evicted.size();
        return evicted;
    }
}
