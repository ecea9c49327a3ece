package dev.gyre.api;

import dev.gyre.model.BackendId;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** The metrics of ejections. */
final class EjectionMetrics {

    private EjectionMetrics() {
    }

    static void write(Map<BackendId, Map<String, Long>> ejections, Exposition to) {
        to.family("gyre_backend_ejections_total", "Ejections for failing requests, by reason.");
        Map<BackendId, Map<String, Long>> sorted = new TreeMap<>(Comparator.comparing(BackendId::toString));
        sorted.putAll(ejections);
        sorted.forEach((id, byReason) -> new TreeMap<>(byReason).forEach((reason, count) ->
                to.sample(count, id, "reason", reason)));
    }
}
