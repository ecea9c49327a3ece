package dev.gyre.upstream;

import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.loop.Loop;
import dev.gyre.model.BackendId;
import dev.gyre.model.Failure;
import dev.gyre.model.Outcome;
import io.vertx.core.http.HttpMethod;

/**
 * One request's hold on a backend, from the choice of the backend to the end of the answer: a stream on one
 * of its connections, and the wait for that. It counts as in flight until it is ended, and is ended exactly
 * once. Used on its event loop only.
 */
public final class Lease extends Deadline implements BackendConnection.StreamUser {

    /** Where the lease is counted, and gets its connection. Used on its event loop, but for {@link #loop}. */
    abstract static class Pool {

        abstract BackendState backend();

        abstract Loop loop();

        abstract LoopEvidence evidence();

        abstract void acquire(Lease lease);

        /** Opens a connection for it on a slot that is already taken. */
        abstract void open(Lease lease);

        abstract void waitedTooLong(Lease lease);

        /** @param waiting it is in the queue still */
        abstract void ended(Lease lease, Outcome outcome, boolean waiting);
    }

    private enum Phase { NEW, WAITING, OPENING, CONNECTED, ENDED }

    private final Pool pool;
    private final LeaseHolder holder;
    private final long begunNanos;
    private Phase phase = Phase.NEW;
    private PooledConnection connection;
    private long waitingSince;
    private long connectedNanos;
    private long firstByteNanos;
    private boolean awaitsAnswer;
    private boolean out;
    private long sentNanos;
    private long answersSeen;
    private long answerNanos;
    private boolean fresh;
    private boolean reused;

    Lease(Pool pool, LeaseHolder holder, long nowNanos) {
        this.pool = pool;
        this.holder = holder;
        this.begunNanos = nowNanos;
    }

    public BackendId backend() {
        return pool.backend().id();
    }

    /** Asks for a connection; the holder hears of it, possibly before this returns. */
    public void acquire() {
        pool.acquire(this);
    }

    /** As {@link #acquire}, for a connection that has carried no request. */
    public void acquireNew() {
        fresh = true;
        pool.acquire(this);
    }

    /**
     * Asks for a new connection in place of one that turned out to be closed by the backend. The request has
     * not been answered, and its hold on the backend goes on.
     */
    public void acquireFresh() {
        connection.end(this, false);
        connection = null;
        waitingSince = 0;
        firstByteNanos = 0;
        out = false;
        if (awaitsAnswer) {
            awaitNoMore();
        }
        fresh = true;
        pool.acquire(this);
    }

    /** Begins the request on the connection; nothing is sent as yet. The holder hears of the stream. */
    public void open(HttpMethod method, String target) {
        connection.open(method, target, this);
    }

    /**
     * The request is out to its last byte, for the first time or once more.
     *
     * @param nowNanos by {@link Loop#nanos}, as below
     */
    public void sent(long nowNanos) {
        if (!awaitsAnswer) {
            awaitsAnswer = true;
            pool.evidence().waits();
        }
        out = true;
        sentNanos = nowNanos;
        answersSeen = pool.evidence().answers();
    }

    /** The answer's head has come, perhaps before the request was out. */
    public void answerBegan(long nowNanos) {
        pool.evidence().answerBegan();
        if (awaitsAnswer) {
            answerNanos = Math.max(1, nowNanos - sentNanos);
            awaitNoMore();
        }
    }

    /**
     * The request waits, and on this event loop the backend has begun no answer to anybody since this was
     * asked last, or since the request was out.
     */
    public boolean silence() {
        long before = answersSeen;
        answersSeen = pool.evidence().answers();
        return awaitsAnswer && before == answersSeen;
    }

    private void awaitNoMore() {
        awaitsAnswer = false;
        pool.evidence().waitsNoMore();
    }

    /**
     * The connection stood ready before this request came, so that its loss says nothing about the backend.
     */
    public boolean onReusedConnection() {
        return connection != null && reused;
    }

    /**
     * Ends the hold, and the stream with it.
     *
     * @param reusable request and answer both went through to their last byte, so that the connection may
     *                 carry the next request; a connection of HTTP/1 that may not is closed
     * @throws IllegalStateException when it has ended before
     */
    public void end(Outcome outcome, boolean reusable) {
        if (phase == Phase.ENDED) {
            throw new IllegalStateException("lease on " + backend() + " ended twice");
        }
        Phase before = phase;
        phase = Phase.ENDED;
        if (awaitsAnswer) {
            awaitNoMore();
        }
        pool.ended(this, outcome, before == Phase.WAITING);
        if (before == Phase.CONNECTED && connection != null) {
            PooledConnection last = connection;
            connection = null;
            last.end(this, reusable);
        }
    }

    LeaseHolder holder() {
        return holder;
    }

    Pool pool() {
        return pool;
    }

    /** When the backend was chosen. */
    public long begunNanos() {
        return begunNanos;
    }

    /** From the request's last byte to the answer's first; 0: not known. */
    public long answerNanos() {
        return answerNanos;
    }

    /**
     * What the backend made the request wait: for a connection, and then from the end of the request to the
     * first byte of the answer, or until now where none has come. The time that the client took to send its
     * request, or to take the answer, is none of it. 0: not known.
     */
    long waitedNanos(long nowNanos) {
        if (connectedNanos == 0) {
            return nowNanos - begunNanos;
        }
        if (!out) {
            return 0;
        }
        // An interim answer may have come before the request was out.
        long answer = firstByteNanos != 0 && firstByteNanos - sentNanos > 0 ? firstByteNanos - sentNanos
                : answerNanos != 0 ? answerNanos : firstByteNanos == 0 ? nowNanos - sentNanos : 0;
        return answer == 0 ? 0 : connectedNanos - begunNanos + answer;
    }

    /** When it had its connection, the last of two; 0: never. */
    public long connectedNanos() {
        return connectedNanos;
    }

    /** 0 when nothing has come, or it is not measured. */
    long firstByteNanos() {
        return firstByteNanos;
    }

    @Override
    public void firstByte() {
        if (pool.backend().tracksLatency()) {
            firstByteNanos = pool.loop().nanos();
        }
    }

    long waitingSince() {
        return waitingSince;
    }

    boolean wantsFresh() {
        return fresh;
    }

    boolean ended() {
        return phase == Phase.ENDED;
    }

    void waiting(long nowNanos) {
        phase = Phase.WAITING;
        waitingSince = nowNanos;
    }

    void opening() {
        phase = Phase.OPENING;
    }

    /** @param before it has carried a request before */
    void connected(PooledConnection granted, boolean before, long nowNanos) {
        phase = Phase.CONNECTED;
        connection = granted;
        reused = before;
        connectedNanos = nowNanos;
        holder.connected(before);
    }

    @Override
    public void opened(BackendStream stream) {
        holder.opened(stream);
    }

    @Override
    public void notOpened(Throwable cause) {
        holder.notOpened(cause);
    }

    @Override
    public void readComplete() {
        holder.readComplete();
    }

    /** Tells the holder, who ends the lease. */
    void refuse(Failure failure, String details) {
        phase = Phase.NEW;
        holder.refused(failure, details);
    }

    @Override
    protected void expired() {
        pool.waitedTooLong(this);
    }
}
