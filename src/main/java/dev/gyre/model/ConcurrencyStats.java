package dev.gyre.model;

import java.util.Map;

/**
 * What this node sees of the requests in flight of a service that has a limit on them.
 *
 * @param limit    at this moment
 * @param inFlight requests between their admission and their end
 * @param refused  since the node's start, by priority; every priority is there
 */
public record ConcurrencyStats(int limit, int inFlight, Map<Priority, Long> refused) {

    public ConcurrencyStats {
        refused = Map.copyOf(refused);
    }

    /** Of all priorities. */
    public long refusedInAll() {
        return refused.values().stream().mapToLong(Long::longValue).sum();
    }
}
