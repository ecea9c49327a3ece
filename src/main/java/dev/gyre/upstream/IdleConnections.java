package dev.gyre.upstream;

import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.loop.Loop;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * One event loop's connections to one backend that wait for the next request. Used on that loop only, but for
 * {@link #count}. A connection that no request has used for the policy's keep-alive time is closed.
 */
final class IdleConnections extends Deadline {

    private final BackendState backend;
    private final Loop loop;
    /** The one that has been idle longest comes first. */
    private final Deque<PooledConnection> idle = new ArrayDeque<>();
    private volatile int count;
    private boolean armed;

    IdleConnections(BackendState backend, Loop loop) {
        this.backend = backend;
        this.loop = loop;
    }

    /** How many there are, as another thread may see it a moment late. */
    int count() {
        return count;
    }

    boolean isEmpty() {
        return idle.isEmpty();
    }

    /** Takes the one used last, so that the others expire in a quiet hour; null when there is none. */
    PooledConnection takeLatest() {
        return taken(idle.pollLast());
    }

    /** Takes the one that has been idle longest. */
    Optional<PooledConnection> takeOldest() {
        return Optional.ofNullable(taken(idle.pollFirst()));
    }

    private PooledConnection taken(PooledConnection connection) {
        if (connection != null) {
            count = idle.size();
        }
        return connection;
    }

    void add(PooledConnection connection) {
        idle.addLast(connection);
        count = idle.size();
        if (!armed) {
            armed = true;
            loop.schedule(this, backend.policy().pool().keepAlive());
        }
    }

    void remove(PooledConnection connection) {
        if (idle.remove(connection)) {
            count = idle.size();
        }
    }

    void closeAll() {
        while (!idle.isEmpty()) {
            idle.pollFirst().close();
        }
        count = 0;
    }

    @Override
    protected void expired() {
        armed = false;
        long keep = backend.policy().pool().keepAlive().toNanos();
        long now = loop.nanos();
        while (!idle.isEmpty() && now - idle.peekFirst().idleSince() >= keep) {
            idle.pollFirst().close();
        }
        count = idle.size();
        if (!idle.isEmpty()) {
            armed = true;
            loop.schedule(this, idle.peekFirst().idleSince() + keep);
        }
    }
}
