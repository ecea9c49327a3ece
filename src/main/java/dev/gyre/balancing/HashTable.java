package dev.gyre.balancing;

/** Leads hashes to the indices of a fixed list. Immutable, and shared by all event loops. */
interface HashTable {

    /**
     * Where a hash leads.
     *
     * @param attempt 0 for the first choice, then 1, 2, …, which may lead to the same index more than once
     */
    int at(long hash, int attempt);
}
