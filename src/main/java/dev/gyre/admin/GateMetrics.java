package dev.gyre.admin;

import dev.gyre.model.GateStats;
import java.util.Map;
import java.util.TreeMap;

/** What a node has refused, as metrics. */
final class GateMetrics {

    private GateMetrics() {
    }

    static void write(GateStats gate, Exposition to) {
        write(gate.requests(), to.family("gyre_requests_refused_total",
                "Requests refused because they broke a rule of the gate."));
        write(gate.answers(), to.family("gyre_backend_answers_refused_total",
                "Answers of backends refused because they broke a rule of the gate."));
    }

    private static void write(Map<String, Long> byRule, Exposition to) {
        new TreeMap<>(byRule).forEach((rule, count) -> to.sample(count, "rule", rule));
    }
}
