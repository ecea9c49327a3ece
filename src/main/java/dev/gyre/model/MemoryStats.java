package dev.gyre.model;

import java.util.Map;

/**
 * The memory that a node holds for its clients.
 *
 * @param direct     bytes in use outside the heap
 * @param directMost bytes above which clients are ended
 * @param heap       bytes on the heap, as far as they are counted
 * @param heapMost   bytes above which clients are ended
 * @param scarcity   0: all clients are read; 1: those with much memory are not; 2: those with most are ended
 * @param ended      connections ended for want of memory since the node started, by what they held; every
 *                   kind is there
 */
public record MemoryStats(long direct, long directMost, long heap, long heapMost, int scarcity,
        Map<MemoryHolding, Long> ended) {

    public MemoryStats {
        ended = Map.copyOf(ended);
    }
}
