package dev.gyre.api;

import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.CertificateStatus;
import dev.gyre.model.ClientStats;
import dev.gyre.model.ConcurrencyStats;
import dev.gyre.model.GateStats;
import dev.gyre.model.HoldStats;
import dev.gyre.model.NameStatus;
import dev.gyre.model.ProbeCount;
import dev.gyre.model.RequestCount;
import dev.gyre.model.RetryStats;
import dev.gyre.model.Topology;
import dev.gyre.model.TunnelStats;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/** The state of this node's backends, services and clients. */
public interface Observed {

    /**
     * Counted on the event loops, each after it has applied the topology of all commands acknowledged before.
     * Removed backends are included while they have requests in flight or open connections.
     */
    Future<Map<BackendId, BackendStats>> stats();

    /** The topology in use: the registry's, with an address for each backend that has a name. */
    Topology topology();

    /** The status of each name of a backend. */
    SortedMap<String, NameStatus> nameStatuses();

    /** Completes when new names have their first answer, or after a timeout. */
    Future<Void> resolved();

    /** The requests that have ended, each counted once. */
    List<RequestCount> requests();

    /** The retries of each service, by its name. */
    SortedMap<String, RetryStats> retries();

    /** The requests of each service that wait for a release or a backend, by its name. */
    SortedMap<String, HoldStats> holds();

    /** What this node has counted of each service's tunnels, by its name. */
    SortedMap<String, TunnelStats> tunnels();

    /** The requests in flight of each service that limits them, by its name. */
    SortedMap<String, ConcurrencyStats> concurrency();

    /** The verdicts on backends. */
    BackendHealth backendHealth();

    /** For those whose service has a probe. */
    Future<Map<BackendId, ProbeCount>> probes();

    /** How often each was ejected since the node started, by reason; without those never ejected. */
    Map<BackendId, Map<String, Long>> ejections();

    /** Connections of clients, and exceeded limits. */
    ClientStats clients();

    /** A warning about a backend that leads back to this node; empty for any other. */
    Optional<String> ownListener(BackendUrl backend);

    /** The certificates that TLS clients are served with. */
    List<CertificateStatus> certificateStatuses();

    /** What is wrong with the files of certificates now, one line each. */
    List<String> certificateFaults();

    /** Requests and answers that were refused. */
    GateStats gate();
}
