package dev.gyre.api;

import dev.gyre.model.GateStats;
import java.util.Map;
import java.util.TreeMap;

/** The metrics of refused messages. */
final class GateMetrics {

    private GateMetrics() {
    }

    static void write(GateStats gate, Exposition to) {
        write(gate.requests(), to.family("gyre_requests_refused_total",
                "Requests refused because they broke a rule of the gate."), "rule");
        write(gate.answers(), to.family("gyre_backend_answers_refused_total",
                "Answers of backends refused because they broke a rule of the gate."), "rule");
        write(gate.dropped(), to.family("gyre_request_fields_dropped_total",
                "Fields of requests left out because a backend could take them for others."), "reason");
        write(gate.proxyHeaders(), to.family("gyre_proxy_headers_refused_total",
                "Connections ended because they did not begin with the expected PROXY protocol header."),
                "reason");
        write(gate.handshakes(), to.family("gyre_handshakes_failed_total",
                "Connections of clients that ended in their TLS handshake."), "reason");
    }

    private static void write(Map<String, Long> byWord, Exposition to, String label) {
        new TreeMap<>(byWord).forEach((word, count) -> to.sample(count, label, word));
    }
}
