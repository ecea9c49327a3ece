package dev.gyre.api;

import dev.gyre.model.Failure;
import dev.gyre.model.NodeAnswer;
import dev.gyre.model.RequestCount;
import java.util.List;

/** The metrics of requests, each counted once, at its end. */
final class RequestMetrics {

    private static final String ANSWERED = "answered";

    private RequestMetrics() {
    }

    static void write(List<RequestCount> counts, Exposition to) {
        to.family("gyre_service_requests_total",
                "Requests ended, by class of the status that was sent, and what they failed by if they did.");
        counts.forEach(count -> count.service().ifPresent(service -> to.sample(count.requests(),
                "service", service, "code", count.code().word(), "outcome", outcome(count))));
        to.family("gyre_unserved_requests_total",
                "Requests ended that no service has had a part in, and connections turned away.");
        counts.stream().filter(count -> count.service().isEmpty()).forEach(count ->
                to.sample(count.requests(), "code", count.code().word(), "outcome", outcome(count)));
    }

    private static String outcome(RequestCount count) {
        return count.failure().map(Failure::word)
                .orElseGet(() -> count.own().map(NodeAnswer::word).orElse(ANSWERED));
    }
}
