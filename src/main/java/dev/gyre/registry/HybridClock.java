package dev.gyre.registry;

import java.time.Duration;
import java.time.InstantSource;

/**
 * Gives each decision a stamp above every stamp it has given or seen, so that a later decision always wins,
 * even if the wall clock was set back or another node's clock is a little ahead. It ignores stamps that are
 * further ahead than the greatest skew: otherwise one node with a wrong clock would date all changes of the
 * cluster into the future.
 */
final class HybridClock {

    private final InstantSource wall;
    private final long node;
    private final Duration maxSkew;
    private Stamp last = Stamp.ZERO;

    /**
     * @param node    the id of this node, the last part of every stamp
     * @param maxSkew how far ahead of this node's clock a stamp may be to be believed
     */
    HybridClock(InstantSource wall, long node, Duration maxSkew) {
        this.wall = wall;
        this.node = node;
        this.maxSkew = maxSkew;
    }

    /** A stamp above all earlier ones. */
    synchronized Stamp next() {
        Stamp now = new Stamp(Math.max(0, wall.millis()), 0, node);
        // Room within one millisecond for the automatic ends that follow from the last decision.
        last = now.wall() > last.wall() ? now : last.next(node);
        return last;
    }

    /** Records a stamp from the disk or another node; false if it is not believed. */
    synchronized boolean seen(Stamp stamp) {
        if (stamp.wall() > wall.millis() + maxSkew.toMillis()) {
            return false;
        }
        if (stamp.compareTo(last) > 0) {
            last = stamp;
        }
        return true;
    }
}
