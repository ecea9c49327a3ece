package dev.gyre.upstream;

import dev.gyre.loop.Loop;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The bounds that hold for one backend on the whole node: how many connections are open, and which requests
 * wait for one. Thread-safe; event loops meet only here, and only when a connection opens or closes
 * or a request waits.
 */
final class ConnectionSlots {

    /*
     * A slot is the right to one open connection. A thread that sees both a waiting request and a free slot
     * or an idle connection brings them together: a loop looks for waiting requests after a connection became
     * idle, and a request looks for free slots and idle connections after it joined the queue. `waiting` and
     * Branch.idle are volatile, so at least one of the two sees the other, and no wake-up is lost. Both may
     * see each other; then one of them finds nothing left to do.
     *
     * A connection that carries streams and has room for more concerns its own loop alone, which sees both
     * its room and its own requests. Requests of other loops wait until it is idle; to become idle, it takes
     * no more streams when one of them has waited for long.
     */

    /**
     * A request on the connection's own loop goes first unless one of another loop has waited longer by
     * this. Moving a slot to another loop costs closing its connection and opening a new one.
     */
    private static final long TOLERANCE_NANOS = Duration.ofMillis(10).toNanos();

    /** The connections of one event loop. Used on that loop only, unless a method says otherwise. */
    abstract static class Branch extends Lease.Pool {

        /** Callable from anywhere. */
        abstract Loop loop();

        /** Idle connections, as another thread may see them a moment late. */
        abstract int idle();

        /** Requests of this loop that wait, the oldest first; guarded by the {@link ConnectionSlots}. */
        abstract Set<Lease> queue();

        /** Closes the connection that has been idle longest, when more are open than the limit allows. */
        abstract void trim();

        /** Offers the connection that has been idle longest to a request that waits on any loop. */
        abstract void offerIdle();
    }

    private final BackendState backend;
    /** By the index of the event loop; empty where the loop has never used the backend. */
    private final AtomicReferenceArray<? extends Branch> branches;
    private final Runnable onActive;
    private final AtomicInteger taken = new AtomicInteger();
    private volatile int limit;
    private volatile int waiting;
    private volatile boolean active;

    /**
     * @param limit    connections of this node
     * @param onActive runs when requests begin to come, once until {@link #markInactive}
     */
    ConnectionSlots(BackendState backend, AtomicReferenceArray<? extends Branch> branches, int limit,
            Runnable onActive) {
        this.backend = backend;
        this.branches = branches;
        this.limit = limit;
        this.onActive = onActive;
    }

    /** Takes effect at once: idle connections beyond a smaller limit are closed now, others when free. */
    void limit(int newLimit) {
        limit = newLimit;
        serve();
        trim();
    }

    /** Connections this node may have open: those of the policy, or its share of them. */
    int limit() {
        return limit;
    }

    /** Connections that are open or being opened. */
    int taken() {
        return taken.get();
    }

    boolean overfull() {
        return taken.get() > limit;
    }

    int waiting() {
        return waiting;
    }

    /** Idle connections of all loops. */
    int idle() {
        int sum = 0;
        for (int i = 0; i < branches.length(); i++) {
            Branch branch = branches.get(i);
            sum += branch == null ? 0 : branch.idle();
        }
        return sum;
    }

    boolean inUse() {
        return taken.get() > 0 || waiting > 0 || backend.failing();
    }

    /** Every request that opens a connection or waits comes through here, and no other. */
    private void markActive() {
        if (!active) {
            active = true;
            onActive.run();
        }
    }

    /** The backend was not used for a while; a request at this very moment marks it as active again. */
    void markInactive() {
        active = false;
        if (inUse()) {
            markActive();
        }
    }

    boolean take() {
        int before = taken.get();
        while (before < limit) {
            if (taken.compareAndSet(before, before + 1)) {
                // A limit lowered in between may have counted the slots before this one was taken.
                if (before < limit) {
                    markActive();
                    return true;
                }
                taken.decrementAndGet();
            }
            before = taken.get();
        }
        return false;
    }

    void free() {
        taken.decrementAndGet();
        serve();
        trim();
    }

    /** Closes idle connections beyond the limit, one by one: each that is closed calls this again. */
    private void trim() {
        if (overfull()) {
            branchWithIdle().ifPresent(branch -> branch.loop().executeLater(branch::trim));
        }
    }

    /** Gives a slot that is already taken to a request that is no longer in the queue. */
    void pass(Lease lease) {
        Lease.Pool pool = lease.pool();
        pool.loop().execute(() -> pool.open(lease));
    }

    /** Puts a request of that loop at the end of the queue; false if the queue is full. */
    boolean join(Branch branch, Lease lease) {
        synchronized (this) {
            // A request that gets a connection of another loop waits for a moment, but not for its turn.
            if (waiting >= backend.policy().pool().maxQueue() + idle()) {
                return false;
            }
            branch.queue().add(lease);
            waiting++;
        }
        markActive();
        serve();
        return true;
    }

    /**
     * Takes a request of that loop out of the queue; false when it was not there, because a slot is on its
     * way to it.
     */
    synchronized boolean leave(Branch branch, Lease lease) {
        boolean left = branch.queue().remove(lease);
        if (left) {
            waiting--;
        }
        return left;
    }

    /** Gives free slots and idle connections to the requests that wait, the oldest first. */
    void serve() {
        while (waiting > 0) {
            Lease first;
            synchronized (this) {
                Branch branch = longestWaiting().orElse(null);
                if (branch == null) {
                    return;
                }
                if (!take()) {
                    requestIdle(branch);
                    return;
                }
                first = head(branch);
                leave(branch, first);
            }
            pass(first);
        }
    }

    private void requestIdle(Branch preferred) {
        if (preferred.idle() > 0) {
            preferred.loop().executeLater(preferred::offerIdle);
            return;
        }
        branchWithIdle().ifPresent(branch -> branch.loop().executeLater(branch::offerIdle));
    }

    private Optional<Branch> branchWithIdle() {
        for (int i = 0; i < branches.length(); i++) {
            Branch branch = branches.get(i);
            if (branch != null && branch.idle() > 0) {
                return Optional.of(branch);
            }
        }
        return Optional.empty();
    }

    /** The loop whose first request has waited longest; the lock is held. */
    private Optional<Branch> longestWaiting() {
        Branch longest = null;
        for (int i = 0; i < branches.length(); i++) {
            Branch branch = branches.get(i);
            if (branch != null && !branch.queue().isEmpty()
                    && (longest == null || head(branch).waitingSince() - head(longest).waitingSince() < 0)) {
                longest = branch;
            }
        }
        return Optional.ofNullable(longest);
    }

    private static Lease head(Branch branch) {
        return branch.queue().iterator().next();
    }

    /**
     * Takes the request out of the queue that an idle connection of the given loop is to serve next: that
     * loop's oldest, unless another loop's has waited noticeably longer.
     */
    synchronized Optional<Lease> nextFor(Branch branch) {
        return longestWaiting().map(longest -> {
            boolean own = !branch.queue().isEmpty()
                    && head(branch).waitingSince() - head(longest).waitingSince() <= TOLERANCE_NANOS;
            return removeHead(own ? branch : longest);
        });
    }

    /** As {@link #nextFor}, for a connection that carries streams and so can serve its own loop only. */
    synchronized Optional<Lease> nextOf(Branch branch) {
        return branch.queue().isEmpty() ? Optional.empty() : Optional.of(removeHead(branch));
    }

    private Lease removeHead(Branch branch) {
        Lease lease = head(branch);
        leave(branch, lease);
        return lease;
    }

    /** A request of another loop has waited noticeably longer than any of this one, a new one included. */
    synchronized boolean waitsLongerElsewhere(Branch branch, long nowNanos) {
        return longestWaiting().filter(longest -> longest != branch).map(longest -> {
            long own = branch.queue().isEmpty() ? nowNanos : head(branch).waitingSince();
            return own - head(longest).waitingSince() > TOLERANCE_NANOS;
        }).orElse(false);
    }

    /** Takes all requests of one loop out of the queue. */
    synchronized List<Lease> evict(Branch branch) {
        List<Lease> evicted = List.copyOf(branch.queue());
        branch.queue().clear();
        waiting -= evicted.size();
        return evicted;
    }
}
