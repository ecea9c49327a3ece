package dev.gyre.upstream;

import dev.gyre.balancing.FailurePenalty;
import dev.gyre.balancing.PeakEwma;
import dev.gyre.loop.Loop;
import dev.gyre.model.BackendId;
import dev.gyre.model.DurationText;
import dev.gyre.model.Failure;
import dev.gyre.model.Outcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** One event loop's connections to one backend, and the requests on them, each a stream. */
public final class LoopPool extends ConnectionSlots.Branch {

    /*
     * An open connection carries nothing and is in `idle`, or carries streams and takes more of them, and is
     * in `sharing`, or is in neither: it is full (as each of HTTP/1 is with one stream), retired
     * or promised to a request. While one in `sharing` has room, no request of this loop waits.
     */

    private final BackendState backend;
    private final ConnectionSlots slots;
    private final Connector connector;
    private final Loop loop;
    private final LoopTally tally = new LoopTally();
    private final LoopEvidence evidence = new LoopEvidence();
    private final IdleConnections idle;
    /** The one that began to share last, or began a stream last, at the end. */
    private final Deque<PooledConnection> sharing = new ArrayDeque<>(1);
    /** Made once for all picks. */
    private final Optional<LoopPool> picked = Optional.of(this);
    private final LatencyTracker latency = new LatencyTracker();
    private final Connections connections = new Connections();
    private final Set<Lease> queue = new LinkedHashSet<>();
    /** Connections that take no more streams, and still carry some. */
    private int retiring;
    private boolean open = true;

    LoopPool(BackendState backend, ConnectionSlots slots, Connector connector, Loop loop) {
        this.backend = backend;
        this.slots = slots;
        this.connector = connector;
        this.loop = loop;
        this.idle = new IdleConnections(backend, loop);
    }

    /** This one, as the result of a pick. */
    Optional<LoopPool> picked() {
        return picked;
    }

    public BackendId id() {
        return backend.id();
    }

    /** How the backend has behaved towards the whole node. */
    FailurePenalty penalty() {
        return backend.penalty();
    }

    @Override
    BackendState backend() {
        return backend;
    }

    @Override
    Loop loop() {
        return loop;
    }

    LoopTally tally() {
        return tally;
    }

    @Override
    LoopEvidence evidence() {
        return evidence;
    }

    @Override
    int idle() {
        return idle.count();
    }

    @Override
    Set<Lease> queue() {
        return queue;
    }

    /** A request would get a connection without a wait. */
    public boolean hasRoom() {
        return !sharing.isEmpty()
                || slots.waiting() == 0 && (!idle.isEmpty() || slots.taken() < slots.limit());
    }

    /** The queue has a place. */
    public boolean hasRoomToWait() {
        return slots.waiting() < backend.policy().pool().maxQueue();
    }

    /** Counts a request as in flight on this backend. */
    public Lease lease(LeaseHolder holder) {
        tally.begun();
        return new Lease(this, holder, loop.nanos());
    }

    @Override
    void acquire(Lease lease) {
        if (!lease.wantsFresh()) {
            PooledConnection connection = ready();
            if (connection != null) {
                connect(lease, connection, lease.begunNanos());
                return;
            }
        }
        if (slots.waiting() == 0 && slots.take()) {
            open(lease);
            return;
        }
        enqueue(lease);
    }

    /** Takes the connection that the next request goes on; null when there is none. */
    private PooledConnection ready() {
        if (!sharing.isEmpty()) {
            yieldToLongerWait(sharing.peekLast());
        }
        if (!sharing.isEmpty()) {
            return sharing.pollLast();
        }
        return slots.waiting() == 0 ? idle.takeLatest() : null;
    }

    private void connect(Lease lease, PooledConnection connection, long nowNanos) {
        boolean reused = connection.carry();
        if (connection.hasRoom()) {
            sharing.addLast(connection);
        }
        lease.connected(connection, reused, nowNanos);
    }

    private void enqueue(Lease lease) {
        lease.waiting(loop.nanos());
        loop.schedule(lease, backend.policy().pool().queueTimeout());
        if (!slots.join(this, lease)) {
            loop.cancel(lease);
            tally.refused();
            lease.refuse(Failure.QUEUE_FULL, "all " + limitText() + " connections to "
                    + backend.id() + " busy and all " + backend.policy().pool().maxQueue()
                    + " places in the queue taken");
        }
    }

    @Override
    void waitedTooLong(Lease lease) {
        // Not in the queue any more: a slot is on its way, which is better than a refusal.
        if (slots.leave(this, lease)) {
            tally.refused();
            lease.refuse(Failure.QUEUE_TIMEOUT, "no connection to " + backend.id() + " within "
                    + DurationText.text(backend.policy().pool().queueTimeout()) + ", all "
                    + limitText() + " busy");
        }
    }

    private String limitText() {
        int max = backend.policy().pool().maxConnections();
        return slots.limit() == max ? Integer.toString(max)
                : slots.limit() + " (this node's share of " + max + ")";
    }

    @Override
    void open(Lease lease) {
        loop.cancel(lease);
        if (lease.ended()) {
            slots.free();
            return;
        }
        if (lease.waitingSince() != 0) {
            tally.waited(loop.nanos() - lease.waitingSince());
        }
        lease.opening();
        tally.opened();
        connector.connect(loop, backend.id(), backend.policy()).onComplete(
                connection -> opened(lease, connection),
                cause -> loop.execute(() -> notOpened(lease, cause)));
    }

    private void opened(Lease lease, BackendConnection opened) {
        backend.connected();
        PooledConnection connection = new PooledConnection(connections, opened);
        if (lease.ended()) {
            settle(connection);
            return;
        }
        connect(lease, connection, loop.nanos());
        share();
    }

    private void notOpened(Lease lease, Throwable cause) {
        Duration timeout = backend.policy().timeouts().connect();
        Failure failure = ConnectFailures.of(cause);
        String details = ConnectFailures.details(failure, backend.id(), timeout, cause);
        backend.notConnected(failure.word() + ": " + details);
        slots.free();
        if (!lease.ended()) {
            lease.refuse(failure, details);
        }
    }

    @Override
    void ended(Lease lease, Outcome outcome, boolean waiting) {
        long now = loop.nanos();
        tally.ended(lease.connectedNanos(), outcome, now);
        if (backend.tracksLatency()
                && !latency.add(outcome, lease.waitedNanos(now), lease.firstByteNanos() != 0, now)) {
            backend.penalty().failed(now);
        }
        evidence.ended(backend.ended(outcome, lease.begunNanos()), lease.answerNanos());
        if (waiting) {
            loop.cancel(lease);
            slots.leave(this, lease);
        }
    }

    /** From the choice of this backend to the first byte of its answer, as this loop has seen it. */
    public PeakEwma answerTime() {
        return latency.answerTime();
    }

    /** What happens to the connections. */
    private final class Connections implements PooledConnection.Pool {

        @Override
        public void freed(PooledConnection connection) {
            if (connection.retired() && connection.streams() == 0) {
                retiring--;
            }
            settle(connection);
        }

        @Override
        public void changed(PooledConnection connection) {
            if (!connection.usable()) {
                retire(connection);
            } else if (connection.streams() > 0) {
                offer(connection);
            }
        }

        @Override
        public void closed(PooledConnection connection, Runnable successor) {
            if (connection.retired() && connection.streams() > 0) {
                retiring--;
            }
            idle.remove(connection);
            sharing.remove(connection);
            if (successor == null) {
                slots.free();
            } else {
                successor.run();
            }
        }
    }

    /** A stream of the connection has ended: offers the connection to the next request, or closes it. */
    private void settle(PooledConnection connection) {
        connection.idleSince(loop.nanos());
        if (connection.usable() && open && !overLimit(connection)) {
            offer(connection);
        } else {
            retire(connection);
        }
    }

    /** Connections in use retire one at a time: one slot may be enough. */
    private boolean overLimit(PooledConnection connection) {
        return slots.overfull() && (connection.streams() == 0 || retiring == 0);
    }

    private void retire(PooledConnection connection) {
        idle.remove(connection);
        sharing.remove(connection);
        if (connection.streams() > 0 && !connection.retired()) {
            retiring++;
        }
        connection.retire();
    }

    /**
     * While connections carry streams without end, requests that wait on other loops would never have a slot:
     * one connection takes no more streams when a request has waited there for long.
     */
    private void yieldToLongerWait(PooledConnection connection) {
        if (slots.waiting() > 0 && retiring == 0 && slots.waitsLongerElsewhere(this, loop.nanos())) {
            retire(connection);
        }
    }

    /** Gives the connection to requests that wait, else keeps it for the next. */
    private void offer(PooledConnection connection) {
        if (connection.streams() == 0) {
            offerUnused(connection);
            return;
        }
        yieldToLongerWait(connection);
        sharing.remove(connection);
        if (connection.hasRoom()) {
            sharing.addLast(connection);
        }
        share();
    }

    private void offerUnused(PooledConnection connection) {
        sharing.remove(connection);
        if (slots.waiting() > 0) {
            Lease next = slots.nextFor(this).orElse(null);
            if (next != null) {
                handOver(connection, next);
                return;
            }
        }
        idle.add(connection);
        if (slots.waiting() > 0) {
            offerIdle();
        }
        // A limit lowered since the look above found nothing idle here.
        trim();
    }

    /** Gives requests of this loop that wait a stream on connections that carry some already. */
    private void share() {
        while (slots.waiting() > 0 && !sharing.isEmpty()) {
            Lease next = slots.nextOf(this).orElse(null);
            if (next == null) {
                return;
            }
            loop.cancel(next);
            granted(sharing.pollLast(), next);
        }
    }

    @Override
    void trim() {
        if (!idle.isEmpty() && slots.overfull()) {
            idle.takeOldest().ifPresent(PooledConnection::close);
        }
    }

    private void handOver(PooledConnection connection, Lease next) {
        if (next.pool() != this || next.wantsFresh()) {
            connection.closeFor(() -> slots.pass(next));
            return;
        }
        loop.cancel(next);
        if (connection.multiplexes()) {
            granted(connection, next);
            share();
        } else {
            promise(connection, next);
        }
    }

    /**
     * Grants the connection when the event loop has dealt with all that has come from the backend: what
     * exceeds the last answer must meet no request that it could be taken for an answer to. If the connection
     * is lost by that, the request gets its slot.
     */
    private void promise(PooledConnection connection, Lease next) {
        connection.promised(() -> slots.pass(next));
        loop.executeLater(() -> {
            if (connection.usable()) {
                connection.unpromised();
                granted(connection, next);
            } else {
                connection.close();
            }
        });
    }

    /** A request that waited gets the connection, unless it has ended meanwhile. */
    private void granted(PooledConnection connection, Lease lease) {
        if (lease.ended()) {
            settle(connection);
            return;
        }
        long now = loop.nanos();
        tally.waited(now - lease.waitingSince());
        connect(lease, connection, now);
    }

    @Override
    void offerIdle() {
        if (slots.waiting() > 0) {
            idle.takeOldest().ifPresent(this::settle);
            // Several requests may have asked this loop for the same connection: the others ask other loops.
            slots.serve();
        }
    }

    /** Requests are accepted, and connections are kept for the next. */
    public boolean isOpen() {
        return open;
    }

    /** Accepts requests again after {@link #shut}. */
    public void reopen() {
        open = true;
    }

    /**
     * Sends waiting requests to other backends and closes idle connections, others when they finish.
     */
    public void shut() {
        open = false;
        for (Lease lease : slots.evict(this)) {
            loop.cancel(lease);
            lease.holder().moved();
        }
        idle.closeAll();
        List.copyOf(sharing).forEach(this::retire);
    }
}
