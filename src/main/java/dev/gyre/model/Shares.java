package dev.gyre.model;

/** How much of a cluster-wide limit this node may use. Asked from any thread; must answer at once. */
@FunctionalInterface
public interface Shares {

    /** For a node on its own. */
    Shares WHOLE = (backend, maxConnections) -> maxConnections;

    /**
     * @param maxConnections the limit of all nodes together
     * @return connections this node may have open to the backend, 0 when it has to wait for a share; what
     *         exceeds the limit counts as the limit
     */
    int of(BackendId backend, int maxConnections);
}
