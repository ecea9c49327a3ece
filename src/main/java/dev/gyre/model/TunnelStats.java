package dev.gyre.model;

import java.util.Map;

/**
 * What this node has counted of the tunnels of one service.
 *
 * @param open      at this moment
 * @param opened    since the node's start
 * @param ended     since then, by what ended them
 * @param toBackend bytes that came from clients
 * @param toClient  bytes that came from backends
 */
public record TunnelStats(long open, long opened, Map<TunnelEnding, Long> ended, long toBackend,
        long toClient) {

    public TunnelStats {
        ended = Map.copyOf(ended);
    }
}
