package dev.gyre.api;

import dev.gyre.registry.RegistryStatus;
import io.vertx.core.Future;
import java.util.function.Supplier;

/**
 * All metrics of a node.
 *
 * @param observed the state of its backends, services and clients
 * @param nodes    the state of the cluster
 * @param registry the state of its registry
 */
public record Metrics(Observed observed, Nodes nodes, Supplier<RegistryStatus> registry) {

    Future<String> text(Exposition.Format format) {
        // Counted on the event loops; written on the thread that asked.
        return CommandThreads.here(observed.stats()).compose(stats ->
                CommandThreads.here(observed.probes()).map(probes -> {
            Exposition exposition = new Exposition(format);
            BackendMetrics.write(stats.values(), exposition);
            HealthMetrics.write(probes, observed.backendHealth(), exposition);
            RequestMetrics.write(observed.requests(), exposition);
            RetryMetrics.write(observed.retries(), exposition);
            HoldMetrics.write(observed.holds(), exposition);
            TunnelMetrics.write(observed.tunnels(), exposition);
            ConcurrencyMetrics.write(observed.concurrency(), exposition);
            EjectionMetrics.write(observed.ejections(), exposition);
            NameMetrics.write(observed.nameStatuses(), exposition);
            ClientMetrics.write(observed.clients(), exposition);
            CertificateMetrics.write(observed, exposition);
            GateMetrics.write(observed.gate(), exposition);
            NodeMetrics.write(nodes, exposition);
            RegistryMetrics.write(registry.get(), exposition);
            return exposition.text();
        }));
    }
}
