package dev.gyre.api;

import dev.gyre.model.HoldStats;
import java.util.SortedMap;

/** The metrics of held requests. */
final class HoldMetrics {

    private HoldMetrics() {
    }

    static void write(SortedMap<String, HoldStats> services, Exposition to) {
        to.family("gyre_service_held_requests", "Requests that wait for a release or for a backend.");
        services.forEach((name, stats) -> to.sample(stats.waiting(), "service", name));
        to.family("gyre_service_holds_total", "Requests that had to wait so.");
        services.forEach((name, stats) -> to.sample(stats.waited(), "service", name));
        to.family("gyre_service_holds_refused_total", "Requests refused because too many waited so.");
        services.forEach((name, stats) -> to.sample(stats.refused(), "service", name));
    }
}
