package dev.gyre.model;

import java.util.Map;

/**
 * What a node sees of its clients.
 *
 * @param connections open at this moment
 * @param most        connections that may be open
 * @param exceeded    how often each limit was exceeded since the node started; every limit is there
 * @param memory      that is held for them
 */
public record ClientStats(long connections, long most, Map<Limit, Long> exceeded,
        MemoryStats memory) {

    public ClientStats {
        exceeded = Map.copyOf(exceeded);
    }
}
