package dev.gyre.upstream;

import dev.gyre.balancing.FailurePenalty;
import dev.gyre.loop.Loop;
import dev.gyre.model.BackendId;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.PoolUse;
import dev.gyre.model.ServicePolicy;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * One backend's connections on all event loops. Each loop's part is made when the loop first has to do with
 * the backend: of a large fleet most loops never have. Thread-safe.
 */
public final class BackendPool {

    private final BackendState state;
    private final AtomicReferenceArray<LoopPool> loops;
    private final ConnectionSlots slots;
    private final Connector connector;

    /**
     * @param limit    connections of this node, at most those of the policy
     * @param loops    how many event loops the node has
     * @param onActive runs when requests begin to come, once until {@link ConnectionSlots#markInactive}
     */
    BackendPool(BackendState state, int limit, int loops, Connector connector,
                Consumer<BackendPool> onActive) {
        this.state = state;
        this.loops = new AtomicReferenceArray<>(loops);
        this.slots = new ConnectionSlots(state, this.loops, limit, () -> onActive.accept(this));
        this.connector = connector;
    }

    public BackendId id() {
        return state.id();
    }

    /** This backend's connections on the given event loop. */
    public LoopPool on(Loop loop) {
        LoopPool known = loops.get(loop.index());
        return known != null ? known : made(loop);
    }

    private LoopPool made(Loop loop) {
        loops.compareAndSet(loop.index(), null, new LoopPool(state, slots, connector, loop));
        return loops.get(loop.index());
    }

    /** The same; empty when that loop has never had to do with this backend. */
    public Optional<LoopPool> known(Loop loop) {
        return Optional.ofNullable(loops.get(loop.index()));
    }

    /** It is this backend's, on one of the event loops. */
    boolean has(LoopPool one) {
        return loops.get(one.loop().index()) == one;
    }

    public FailurePenalty penalty() {
        return state.penalty();
    }

    /**
     * Requests that hold a lease, on all loops. The loops' counts are read without stopping them: each is
     * right or a moment old, and so may be their sum.
     */
    public int inFlight() {
        int sum = 0;
        for (int i = 0; i < loops.length(); i++) {
            LoopPool pool = loops.get(i);
            sum += pool == null ? 0 : pool.tally().inFlight();
        }
        return sum;
    }

    /** Why the last connection could not be opened; empty when it could. */
    Optional<String> connectFailure() {
        return state.connectFailure();
    }

    PoolPolicy policy() {
        return state.policy().pool();
    }

    /** @param limit as above; takes effect at once */
    void adopt(ServicePolicy policy, int limit) {
        state.adopt(policy);
        slots.limit(limit);
    }

    /** How many connections there are and may be, and which requests wait for one. */
    ConnectionSlots slots() {
        return slots;
    }

    /** Slots are read after the limit: one that was taken under an earlier limit is counted. */
    PoolUse use() {
        int limit = slots.limit();
        int open = slots.taken();
        return new PoolUse(policy().maxConnections(), limit, open,
                Math.max(0, open - slots.idle()) + slots.waiting());
    }
}
