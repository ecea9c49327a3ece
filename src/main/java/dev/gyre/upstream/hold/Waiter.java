package dev.gyre.upstream.hold;

/** A request that waits in a line; notified once how the wait ended, unless it left the line. */
public interface Waiter {

    /** It is its turn. */
    void go();

    /** No backend came before its deadline. */
    void gaveUp();
}
