package dev.gyre.balancing;

/**
 * Picks from a fixed list, one request after the other and for ever. A pick allocates nothing. Not
 * thread-safe: every event loop has its own.
 */
public interface Selector {

    /** Instead of an index: no candidate is acceptable. */
    int NONE = -1;

    /**
     * The index of an acceptable candidate, or {@link #NONE} when there is none.
     *
     * @param key hash of what binds requests to a backend; looked at by consistent hashing only
     */
    int pick(Candidates candidates, long key);
}
