package dev.gyre.admin;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.ClientStats;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What a node sees of its backends and clients, in Prometheus' text exposition format 0.0.4. */
final class MetricsText {

    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

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

    private MetricsText() {
    }

    private record Metric(String name, String help, ToDoubleFunction<BackendStats> value) {

        void write(StringBuilder text, List<BackendStats> all) {
            String full = "gyre_backend_" + name;
            head(text, full, name.endsWith("_total") ? "counter" : "gauge", help);
            for (BackendStats stats : all) {
                BackendId id = stats.id();
                text.append(full).append("{service=\"").append(escaped(id.service())).append("\",backend=\"")
                        .append(escaped(id.url().toString())).append("\"} ")
                        .append(number(value.applyAsDouble(stats))).append('\n');
            }
        }
    }

    static String render(Collection<BackendStats> stats, ClientStats clients) {
        List<BackendStats> all = stats.stream()
                .sorted(Comparator.comparing((BackendStats one) -> one.id().toString())).toList();
        StringBuilder text = new StringBuilder();
        METRICS.forEach(metric -> metric.write(text, all));
        write(text, clients);
        return text.toString();
    }

    private static void write(StringBuilder text, ClientStats clients) {
        head(text, "gyre_client_connections", "gauge", "Connections of clients.")
                .append("gyre_client_connections ").append(clients.connections()).append('\n');
        head(text, "gyre_client_connections_limit", "gauge", "Connections of clients that may be open.")
                .append("gyre_client_connections_limit ").append(clients.most()).append('\n');
        head(text, "gyre_limit_exceeded_total", "counter", "Clients turned away or ended by a limit.");
        clients.exceeded().entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(limit ->
                text.append("gyre_limit_exceeded_total{limit=\"").append(limit.getKey().word()).append("\"} ")
                        .append(limit.getValue()).append('\n'));
    }

    private static StringBuilder head(StringBuilder text, String name, String type, String help) {
        return text.append("# HELP ").append(name).append(' ').append(help).append('\n')
                .append("# TYPE ").append(name).append(' ').append(type).append('\n');
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value) : Double.toString(value);
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
