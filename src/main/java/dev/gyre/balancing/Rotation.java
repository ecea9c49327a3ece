package dev.gyre.balancing;

/** Offers the indices of a fixed list by weight, one after the other and for ever. Not thread-safe. */
interface Rotation {

    /** The next candidate, 0..size-1. */
    int next();
}
