package dev.gyre.upstream;

import io.vertx.core.http.HttpMethod;

/**
 * A connection as its pool sees it: how many streams it carries. It holds one of the {@link ConnectionSlots}
 * from before it opens until it is closed, and lives on one event loop.
 */
final class PooledConnection implements BackendConnection.Owner {

    /** The connections to one backend on one event loop. */
    interface Pool {

        /** A stream of the connection has ended. */
        void freed(PooledConnection connection);

        /** The number of streams that it may take has changed. */
        void changed(PooledConnection connection);

        /** @param successor gets the slot of the connection; null: the queue gets it */
        void closed(PooledConnection connection, Runnable successor);
    }

    private final Pool pool;
    private final BackendConnection connection;
    private int streams;
    private boolean reused;
    private boolean retired;
    private boolean gone;
    private long idleSince;
    /** Gets its slot when it closes; null: the queue gets it. */
    private Runnable successor;

    PooledConnection(Pool pool, BackendConnection connection) {
        this.pool = pool;
        this.connection = connection;
        connection.belongsTo(this);
    }

    /** Counts one more request on it; false if it is the first one ever. */
    boolean carry() {
        boolean before = reused;
        reused = true;
        streams++;
        return before;
    }

    void open(HttpMethod method, String target, BackendConnection.StreamUser user) {
        connection.open(method, target, user);
    }

    /** @param whole request and answer both went through to their last byte */
    void end(BackendConnection.StreamUser user, boolean whole) {
        connection.end(user, whole);
    }

    /** Requests that have it, whether or not they have opened their stream yet. */
    int streams() {
        return streams;
    }

    /** It can take one more stream. */
    boolean hasRoom() {
        return !retired && streams < connection.maxStreams();
    }

    /** It can carry several streams at a time. */
    boolean multiplexes() {
        return connection.maxStreams() > 1;
    }

    boolean usable() {
        return !retired && !gone && connection.usable();
    }

    /** Takes no more streams, and closes when those on it have ended. */
    void retire() {
        retired = true;
        if (streams == 0) {
            connection.close();
        }
    }

    boolean retired() {
        return retired;
    }

    void idleSince(long nanos) {
        idleSince = nanos;
    }

    long idleSince() {
        return idleSince;
    }

    void close() {
        connection.close();
    }

    /** Closes, and gives its slot to this request. */
    void closeFor(Runnable next) {
        retired = true;
        successor = next;
        connection.leave();
    }

    /** Reserves it for a request: if it is lost before {@link #unpromised}, its slot goes to that one. */
    void promised(Runnable next) {
        successor = next;
    }

    void unpromised() {
        successor = null;
    }

    @Override
    public void streamEnded() {
        streams--;
        if (!gone) {
            pool.freed(this);
        }
    }

    @Override
    public void changed() {
        if (!gone) {
            pool.changed(this);
        }
    }

    @Override
    public void closed() {
        gone = true;
        pool.closed(this, successor);
    }
}
