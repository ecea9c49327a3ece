package dev.gyre;

import dev.gyre.api.Observed;
import dev.gyre.config.OwnListeners;
import dev.gyre.dns.NameResolver;
import dev.gyre.exchange.Proxy;
import dev.gyre.health.Verdicts;
import dev.gyre.health.outlier.Ejector;
import dev.gyre.health.probing.HealthChecks;
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
import dev.gyre.telemetry.RequestCounters;
import dev.gyre.tls.CertificateWatch;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The state of this node's backends, for the admin port and commands. */
record Observations(Proxy proxy, RequestCounters counted, NameResolver names, Verdicts verdicts,
                    Ejector ejector, HealthChecks health, CertificateWatch certificates) implements Observed {

    /** How long a command with a new name waits for its addresses. */
    private static final Duration FIRST_ANSWER = Duration.ofSeconds(2);

    @Override
    public Topology topology() {
        return names.topology();
    }

    @Override
    public SortedMap<String, NameStatus> nameStatuses() {
        return names.statuses();
    }

    @Override
    public Future<Void> resolved() {
        return names.settled(FIRST_ANSWER);
    }

    @Override
    public Future<Map<BackendId, BackendStats>> stats() {
        return proxy.stats();
    }

    @Override
    public List<RequestCount> requests() {
        return counted.counts();
    }

    @Override
    public SortedMap<String, RetryStats> retries() {
        return proxy.retryStats();
    }

    @Override
    public SortedMap<String, HoldStats> holds() {
        return proxy.holdStats();
    }

    @Override
    public SortedMap<String, TunnelStats> tunnels() {
        return proxy.tunnelStats();
    }

    @Override
    public SortedMap<String, ConcurrencyStats> concurrency() {
        return proxy.concurrencyStats();
    }

    @Override
    public ClientStats clients() {
        return proxy.clients();
    }

    @Override
    public Optional<String> ownListener(BackendUrl backend) {
        return OwnListeners.warning(backend, proxy.listeners());
    }

    @Override
    public List<CertificateStatus> certificateStatuses() {
        return certificates.statuses();
    }

    @Override
    public List<String> certificateFaults() {
        return certificates.faults();
    }

    @Override
    public GateStats gate() {
        return proxy.gate();
    }

    @Override
    public BackendHealth backendHealth() {
        return verdicts.backendHealth();
    }

    @Override
    public Future<Map<BackendId, ProbeCount>> probes() {
        return health.counts();
    }

    @Override
    public Map<BackendId, Map<String, Long>> ejections() {
        return ejector.ejections().entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, of -> {
            Map<String, Long> words = new TreeMap<>();
            of.getValue().forEach((cause, count) -> words.put(cause.word(), count));
            return words;
        }));
    }
}
