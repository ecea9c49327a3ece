package dev.gyre.api;

import dev.gyre.model.BackendStats;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The metrics of backends. */
final class BackendMetrics {

    private static final List<Metric> METRICS = List.of(
            new Metric("requests_total", "Requests ended since the node started.", BackendStats::requests),
            new Metric("failures_total", "Requests that ended by the backend's fault.",
                    BackendStats::failures),
            new Metric("refused_total",
                    "Requests turned away because the queue was full or the wait too long.",
                    BackendStats::refused),
            new Metric("connections_opened_total", "Connections opened.", BackendStats::opened),
            new Metric("in_flight", "Requests in flight, waiting ones included.", BackendStats::inFlight),
            new Metric("connections_in_use", "Connections that carry a request or are being opened.",
                    BackendStats::inUse),
            new Metric("connections_idle", "Connections kept for the next request.", BackendStats::idle),
            new Metric("queued", "Requests waiting for a connection.", BackendStats::queued),
            new Metric("queue_wait_median_seconds", "Median wait for a connection over the last ten seconds.",
                    stats -> stats.waitMedian().toNanos() / 1e9),
            new Metric("saturated", "1 while the connection pool stays full, else 0.",
                    stats -> stats.saturation().isPresent() ? 1 : 0));

    private BackendMetrics() {
    }

    private record Metric(String name, String help, ToDoubleFunction<BackendStats> value) {
    }

    static void write(Collection<BackendStats> stats, Exposition to) {
        List<BackendStats> all = stats.stream()
                .sorted(Comparator.comparing((BackendStats one) -> one.id().toString())).toList();
        for (Metric metric : METRICS) {
            to.family("gyre_backend_" + metric.name(), metric.help());
            for (BackendStats one : all) {
                to.sample(metric.value().applyAsDouble(one), one.id());
            }
        }
    }
}
