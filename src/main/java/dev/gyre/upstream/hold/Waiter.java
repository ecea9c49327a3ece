package dev.gyre.upstream.hold;

/** One who waits in a line; told once how that ended, unless he left it. */
public interface Waiter {

    /** It is his turn. */
    void go();

    /** No backend came in the time that he had for that. */
    void gaveUp();
}
