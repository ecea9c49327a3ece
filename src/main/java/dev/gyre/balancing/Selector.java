package dev.gyre.balancing;

/**
 * Offers the indices of a fixed list, one after the other and for ever. A caller that cannot use the one
 * offered asks again. Not thread-safe: every event loop has its own.
 */
public interface Selector {

    /** The next candidate, 0..size-1. */
    int next();
}
