package dev.gyre.registry;

import java.time.InstantSource;

/**
 * Gives each change a stamp above every stamp it has given or seen, so that a wall clock that was set back,
 * or an entry from a node whose clock runs ahead, never makes a later change lose.
 */
public final class HybridClock {

    private final InstantSource wall;
    private final long node;
    private Stamp last = Stamp.ZERO;

    /** @param node the id of this node, the last part of every stamp */
    public HybridClock(InstantSource wall, long node) {
        this.wall = wall;
        this.node = node;
    }

    /** A stamp above all before it. */
    public synchronized Stamp next() {
        Stamp now = new Stamp(Math.max(0, wall.millis()), 0, node);
        if (now.compareTo(last) <= 0) {
            now = new Stamp(last.wall(), last.counter(), node).next();
        }
        last = now;
        return now;
    }

    /** Takes note of a stamp read from the disk or received from another node. */
    public synchronized void seen(Stamp stamp) {
        if (stamp.compareTo(last) > 0) {
            last = stamp;
        }
    }
}
