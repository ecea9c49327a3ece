package dev.gyre.model;

import java.util.Map;

/**
 * What a node sees of its clients.
 *
 * @param connections open at this moment
 * @param most        connections that may be open
 * @param exceeded    how often each limit was exceeded since the node started; every limit is there
 */
public record ClientStats(long connections, long most, Map<Limit, Long> exceeded) {

    public ClientStats {
        exceeded = Map.copyOf(exceeded);
    }
}
