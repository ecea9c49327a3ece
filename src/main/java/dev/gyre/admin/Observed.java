package dev.gyre.admin;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.ClientStats;
import io.vertx.core.Future;
import java.util.Map;

/** What this node sees of its backends and clients. */
public interface Observed {

    /**
     * Counted on the event loops, each after it has shown the topology of all commands acknowledged before.
     * Backends no longer in the topology are among them as long as they have requests in flight or
     * connections open.
     */
    Future<Map<BackendId, BackendStats>> stats();

    /** Connections of clients, and how often one was over a limit. */
    ClientStats clients();
}
