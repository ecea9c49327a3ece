package dev.gyre.admin;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.Condition;
import dev.gyre.model.Fitness;
import dev.gyre.model.ProbeCount;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** What a node sees of its backends, in Prometheus' text exposition format 0.0.4. */
final class MetricsText {

    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final List<Metric<BackendStats>> TRAFFIC = List.of(
            new Metric<>("requests_total", "Requests ended since the node started.", BackendStats::requests),
            new Metric<>("failures_total", "Requests that ended by the backend's fault.",
                    BackendStats::failures),
            new Metric<>("refused_total",
                    "Requests turned away because the queue was full or the wait too long.",
                    BackendStats::refused),
            new Metric<>("connections_opened_total", "Connections opened.", BackendStats::opened),
            new Metric<>("in_flight", "Requests in flight, waiting ones included.", BackendStats::inFlight),
            new Metric<>("connections_in_use", "Connections that carry a request or are being opened.",
                    BackendStats::inUse),
            new Metric<>("connections_idle", "Connections kept for the next request.", BackendStats::idle),
            new Metric<>("queued", "Requests waiting for a connection.", BackendStats::queued),
            new Metric<>("queue_wait_median_seconds",
                    "Median wait for a connection over the last ten seconds.",
                    stats -> stats.waitMedian().toNanos() / 1e9),
            new Metric<>("saturated", "1 while the connection pool stays full, else 0.",
                    stats -> stats.saturation().isPresent() ? 1 : 0));

    private static final List<Metric<ProbeCount>> PROBES = List.of(
            new Metric<>("probes_total", "Probes sent by this node.", ProbeCount::sent),
            new Metric<>("probe_failures_total", "Probes that failed.", ProbeCount::failed),
            new Metric<>("probes_spared_total", "Probes not sent as requests had just been answered well.",
                    ProbeCount::spared),
            new Metric<>("health_flips_total", "Changes of the verdict of all probes.", ProbeCount::flips));

    private static final Metric<Condition> UNFIT = new Metric<>("unfit",
            "1 while the backend is down or ejected, else 0; absent while nothing is known.",
            condition -> condition.fit() ? 0 : 1);

    private MetricsText() {
    }

    private record Metric<T>(String name, String help, ToDoubleFunction<T> value) {

        void write(StringBuilder text, SortedMap<BackendId, T> all) {
            String full = "gyre_backend_" + name;
            text.append("# HELP ").append(full).append(' ').append(help).append('\n');
            text.append("# TYPE ").append(full).append(name.endsWith("_total") ? " counter\n" : " gauge\n");
            all.forEach((id, of) -> text.append(full).append("{service=\"").append(escaped(id.service()))
                    .append("\",backend=\"").append(escaped(id.url().toString())).append("\"} ")
                    .append(number(value.applyAsDouble(of))).append('\n'));
        }
    }

    static String render(Map<BackendId, BackendStats> stats, Map<BackendId, ProbeCount> probes,
                         Fitness fitness) {
        StringBuilder text = new StringBuilder();
        TRAFFIC.forEach(metric -> metric.write(text, sorted(stats)));
        PROBES.forEach(metric -> metric.write(text, sorted(probes)));
        UNFIT.write(text, sorted(fitness.conditions()));
        return text.toString();
    }

    private static <T> SortedMap<BackendId, T> sorted(Map<BackendId, T> all) {
        SortedMap<BackendId, T> sorted = new TreeMap<>(Comparator.comparing(BackendId::toString));
        sorted.putAll(all);
        return sorted;
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value) : Double.toString(value);
    }

    private static String escaped(String label) {
        return label.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
