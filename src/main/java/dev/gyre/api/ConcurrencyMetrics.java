package dev.gyre.api;

import dev.gyre.model.ConcurrencyStats;
import dev.gyre.model.Priority;
import java.util.SortedMap;

/** The requests in flight of services that limit them, as metrics. */
final class ConcurrencyMetrics {

    private ConcurrencyMetrics() {
    }

    static void write(SortedMap<String, ConcurrencyStats> services, Exposition to) {
        to.family("gyre_service_concurrency_limit", "Requests that may be in flight now.");
        services.forEach((name, stats) -> to.sample(stats.limit(), "service", name));
        to.family("gyre_service_concurrency", "Requests in flight, counted against that limit.");
        services.forEach((name, stats) -> to.sample(stats.inFlight(), "service", name));
        to.family("gyre_service_shed_total", "Requests refused since as many as may be were in flight.");
        services.forEach((name, stats) -> {
            for (Priority priority : Priority.values()) {
                to.sample(stats.refused().get(priority), "service", name, "priority", priority.word());
            }
        });
    }
}
