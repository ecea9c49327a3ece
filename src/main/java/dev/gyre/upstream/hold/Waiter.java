package dev.gyre.upstream.hold;

import dev.gyre.model.Failure;

/** A request that waits in a line; notified once how the wait ended, unless it left the line. */
public interface Waiter {

    /** It is its turn. */
    void go();

    /**
     * It has waited in vain.
     *
     * @param why no backend came before its deadline, or this node stops
     */
    void gaveUp(Failure why);
}
