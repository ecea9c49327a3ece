package dev.gyre.admin;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.Fitness;
import dev.gyre.model.ProbeCount;
import io.vertx.core.Future;
import java.util.Map;

/** What this node sees of its backends. */
public interface Observed {

    /**
     * Counted on the event loops, each after it has shown the topology of all commands acknowledged before.
     * Backends no longer in the topology are among them as long as they have requests in flight or
     * connections open.
     */
    Future<Map<BackendId, BackendStats>> stats();

    /** What is known of their health. */
    Fitness fitness();

    /** For those whose service has a probe. */
    Future<Map<BackendId, ProbeCount>> probes();
}
