package dev.gyre.upstream;

import dev.gyre.balancing.PeakEwma;
import dev.gyre.loop.Loop;
import dev.gyre.model.EjectionPolicy.Weight;
import dev.gyre.model.DurationText;
import dev.gyre.model.Failure;
import dev.gyre.model.Outcome;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpConnectOptions;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * One event loop's connections to one backend. Used on that loop only, but for {@link #resting} and the
 * queue, which the {@link BackendPool}'s lock guards.
 */
public final class LoopPool {

    private final BackendPool shared;
    private final Loop loop;
    private final LoopTally tally = new LoopTally();
    private final LoopEvidence evidence = new LoopEvidence();
    private final IdleConnections idle;
    private final LatencyTracker experience = new LatencyTracker();
    /** Requests of this loop that wait, the oldest first; guarded by {@link #shared}. */
    final Set<Lease> queue = new LinkedHashSet<>();
    private boolean open = true;

    LoopPool(BackendPool shared, Loop loop) {
        this.shared = shared;
        this.loop = loop;
        this.idle = new IdleConnections(shared, loop);
    }

    public BackendPool shared() {
        return shared;
    }

    Loop loop() {
        return loop;
    }

    LoopTally tally() {
        return tally;
    }

    LoopEvidence evidence() {
        return evidence;
    }

    /** Idle connections, as another thread may see them a moment late. */
    int resting() {
        return idle.count();
    }

    /** A request could have a connection without waiting. */
    public boolean hasRoom() {
        return shared.waiting() == 0
                && (!idle.isEmpty() || shared.places() < shared.limit());
    }

    /** A request could at least wait. */
    public boolean hasRoomToWait() {
        return shared.waiting() < shared.policy().maxQueue();
    }

    /** Counts a request as in flight on this backend. */
    public Lease lease(LeaseHolder holder) {
        tally.begun();
        return new Lease(this, holder, loop.nanos());
    }

    void acquire(Lease lease) {
        if (shared.waiting() == 0 && !lease.wantsFresh()) {
            PooledConnection connection = idle.takeLatest();
            if (connection != null) {
                lease.connected(connection, lease.begunNanos());
                return;
            }
        }
        if (shared.waiting() == 0 && shared.takePlace()) {
            open(lease);
            return;
        }
        enqueue(lease);
    }

    private void enqueue(Lease lease) {
        lease.waiting(loop.nanos());
        loop.schedule(lease, shared.policy().queueTimeout());
        if (!shared.join(lease)) {
            loop.cancel(lease);
            tally.refused();
            lease.refuse(Failure.QUEUE_FULL, "all " + limitText() + " connections to "
                    + shared.id() + " busy and all " + shared.policy().maxQueue()
                    + " places in the queue taken");
        }
    }

    void waitedTooLong(Lease lease) {
        // Not in the queue any more: a place is on its way, which is better than a refusal.
        if (shared.leave(lease)) {
            tally.refused();
            lease.refuse(Failure.QUEUE_TIMEOUT, "no connection to " + shared.id() + " within "
                    + DurationText.text(shared.policy().queueTimeout()) + ", all "
                    + limitText() + " busy");
        }
    }

    private String limitText() {
        int max = shared.policy().maxConnections();
        return shared.limit() == max ? Integer.toString(max)
                : shared.limit() + " (this node's share of " + max + ")";
    }

    void leaveQueue(Lease lease) {
        loop.cancel(lease);
        shared.leave(lease);
    }

    /** Opens a connection on a place that is already taken. */
    void open(Lease lease) {
        loop.cancel(lease);
        if (lease.ended()) {
            shared.freePlace();
            return;
        }
        if (lease.waitingSince() != 0) {
            tally.waited(loop.nanos() - lease.waitingSince());
        }
        lease.opening();
        tally.opened();
        HttpConnectOptions options = new HttpConnectOptions()
                .setHost(shared.id().host())
                .setPort(shared.id().url().port());
        loop.client(shared.connectTimeout()).connect(options).onComplete(http -> opened(lease, http),
                cause -> loop.execute(() -> notOpened(lease, cause)));
    }

    private void opened(Lease lease, HttpClientConnection http) {
        PooledConnection connection = new PooledConnection(this, http);
        if (lease.ended()) {
            release(connection);
        } else {
            lease.connected(connection, loop.nanos());
        }
    }

    private void notOpened(Lease lease, Throwable cause) {
        shared.freePlace();
        if (!lease.ended()) {
            Failure failure = ConnectFailures.of(cause);
            lease.refuse(failure,
                    ConnectFailures.details(failure, shared.id(), shared.connectTimeout(), cause));
        }
    }

    void ended(Lease lease, Outcome outcome) {
        long now = loop.nanos();
        tally.ended(lease, outcome, now);
        if (shared.watched()) {
            experience.add(lease, outcome, now);
        }
        Weight weight = shared.ejection().weigh(outcome);
        evidence.ended(weight, lease.answerNanos());
        if (weight == Weight.GOOD) {
            shared.failures().succeeded();
        } else if (weight == Weight.FAILURE) {
            shared.failures().failed(lease, outcome);
        }
    }

    /** From the choice of this backend to the first byte of its answer, as this loop has seen it. */
    public PeakEwma answerTime() {
        return experience.answerTime();
    }

    /** Passes a connection that is between two requests to who waits for it, else puts it to rest. */
    void release(PooledConnection connection) {
        connection.rest(loop.nanos());
        if (!connection.usable() || !open || shared.overfull()) {
            connection.close();
            return;
        }
        if (shared.waiting() > 0) {
            Lease next = shared.nextFor(this).orElse(null);
            if (next != null) {
                handOver(connection, next);
                return;
            }
        }
        idle.add(connection);
        if (shared.waiting() > 0) {
            giveUpResting();
        }
        // A limit lowered since the look above found nothing at rest here.
        trim();
    }

    /** Closes the connection that has rested longest when there are more than there may be. */
    void trim() {
        if (!idle.isEmpty() && shared.overfull()) {
            idle.takeOldest().ifPresent(PooledConnection::close);
        }
    }

    private void handOver(PooledConnection connection, Lease next) {
        if (next.pool() != this || next.wantsFresh()) {
            connection.closeFor(next);
            return;
        }
        loop.cancel(next);
        connection.promiseTo(next);
    }

    /** A request that waited has got a connection, unless it has left meanwhile. */
    void granted(PooledConnection connection, Lease lease) {
        if (lease.ended()) {
            release(connection);
            return;
        }
        long now = loop.nanos();
        tally.waited(now - lease.waitingSince());
        lease.connected(connection, now);
    }

    /** Offers the connection that has rested longest to a request that waits on any loop. */
    void giveUpResting() {
        if (shared.waiting() > 0) {
            idle.takeOldest().ifPresent(this::release);
            // Several may have asked here for the same connection: the others are to ask elsewhere.
            shared.serve();
        }
    }

    void forget(PooledConnection connection) {
        idle.remove(connection);
    }

    /** Requests are let in, and connections are kept for the next. */
    public boolean isOpen() {
        return open;
    }

    /** Lets requests in again after {@link #shut}. */
    public void reopen() {
        open = true;
    }

    /**
     * Sends those who wait elsewhere and closes what is idle; connections in use are closed as they finish.
     */
    public void shut() {
        open = false;
        for (Lease lease : shared.evict(this)) {
            loop.cancel(lease);
            lease.holder().moved();
        }
        idle.closeAll();
    }
}
