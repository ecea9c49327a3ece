package dev.gyre.api;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.ClientStats;
import dev.gyre.model.ConcurrencyStats;
import dev.gyre.model.BackendHealth;
import dev.gyre.model.GateStats;
import dev.gyre.model.HoldStats;
import dev.gyre.model.NameStatus;
import dev.gyre.model.ProbeCount;
import dev.gyre.model.RetryStats;
import dev.gyre.model.Topology;
import io.vertx.core.Future;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** What this node sees of its backends, services and clients. */
public interface Observed {

    /**
     * Counted on the event loops, each after it has shown the topology of all commands acknowledged before.
     * Backends no longer in the topology are among them as long as they have requests in flight or
     * connections open.
     */
    Future<Map<BackendId, BackendStats>> stats();

    /** What it serves by: the registry's topology, with an address for each backend that has a name. */
    Topology topology();

    /** What is known of each name that backends go by. */
    SortedMap<String, NameStatus> nameStatuses();

    /** Completes when names that are new have their first answer, or have waited for it for a while. */
    Future<Void> resolved();

    /** The retries of each service, by its name. */
    SortedMap<String, RetryStats> retries();

    /** The requests of each service that wait for a release or a backend, by its name. */
    SortedMap<String, HoldStats> holds();

    /** The requests in flight of each service that limits them, by its name. */
    SortedMap<String, ConcurrencyStats> concurrency();

    /** What is known of their health. */
    BackendHealth backendHealth();

    /** For those whose service has a probe. */
    Future<Map<BackendId, ProbeCount>> probes();

    /** How often each was ejected since the node started, by reason; of those never, nothing. */
    Map<BackendId, Map<String, Long>> ejections();

    /** Connections of clients, and how often one was over a limit. */
    ClientStats clients();

    /** What to tell of a backend that leads back to this node; empty for any other. */
    Optional<String> ownListener(BackendUrl backend);

    /** Requests and answers that were refused. */
    GateStats gate();
}
