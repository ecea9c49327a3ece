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

        /** It may take more streams than before, or no more at all. */
        void changed(PooledConnection connection);

        /** @param heir gets the slot of the connection; null: the queue gets it */
        void closed(PooledConnection connection, Runnable heir);
    }

    private final Pool pool;
    private final BackendConnection connection;
    private int streams;
    private boolean reused;
    private boolean retired;
    private boolean gone;
    private long idleSince;
    /** Null while no request is to get its slot. */
    private Runnable heir;

    PooledConnection(Pool pool, BackendConnection connection) {
        this.pool = pool;
        this.connection = connection;
        connection.belongsTo(this);
    }

    /** Counts a request on it from now on; false when it is the first one. */
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

    /** It takes one more stream. */
    boolean hasRoom() {
        return !retired && streams < connection.maxStreams();
    }

    /** Many streams at the same time, which cannot be taken for each other. */
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

    /** Closes, so that a request gets its slot. */
    void leaveFor(Runnable next) {
        retired = true;
        heir = next;
        connection.leave();
    }

    /** If it is lost before {@link #unpromised}, its slot goes to this one. */
    void promised(Runnable next) {
        heir = next;
    }

    void unpromised() {
        heir = null;
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
        pool.closed(this, heir);
    }
}
