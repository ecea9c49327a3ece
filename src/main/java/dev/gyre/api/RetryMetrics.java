package dev.gyre.api;

import dev.gyre.model.RetryStats;
import java.util.List;
import java.util.SortedMap;
import java.util.function.ToDoubleFunction;

/** The metrics of retries. */
final class RetryMetrics {

    private static final List<Metric> METRICS = List.of(
            new Metric("retries_total", "Tries that followed a failed one.", RetryStats::retried),
            new Metric("hedges_total", "Tries beside a slow one.", RetryStats::hedged),
            new Metric("retries_refused_total", "Retries and hedges that the budget did not allow.",
                    RetryStats::refused),
            new Metric("retry_budget", "Retries and hedges that the budget would allow now.",
                    RetryStats::budget));

    private RetryMetrics() {
    }

    private record Metric(String name, String help, ToDoubleFunction<RetryStats> value) {
    }

    static void write(SortedMap<String, RetryStats> services, Exposition to) {
        for (Metric metric : METRICS) {
            to.family("gyre_service_" + metric.name(), metric.help());
            services.forEach((name, stats) ->
                    to.sample(metric.value().applyAsDouble(stats), "service", name));
        }
    }
}
