package dev.gyre.telemetry;

import dev.gyre.model.ExchangeListener;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.NodeAnswer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Counts the requests that end on one event loop. Read by any thread. */
final class LoopRequests implements ExchangeListener {

    private final EndCounters unserved = new EndCounters();
    private final Map<NodeAnswer, EndCounters> own = new EnumMap<>(NodeAnswer.class);
    private final Map<String, EndCounters> services = new ConcurrentHashMap<>();

    LoopRequests() {
        for (NodeAnswer answer : NodeAnswer.values()) {
            own.put(answer, new EndCounters());
        }
    }

    @Override
    public void finished(FinishedExchange exchange) {
        (exchange.route().isPresent() ? of(exchange.route().get().service()) : withoutService(exchange))
                .count(exchange.end());
    }

    /** One that failed is counted by its failure, as all others are. */
    private EndCounters withoutService(FinishedExchange exchange) {
        return exchange.own().isPresent() && exchange.end().failure().isEmpty()
                ? own.get(exchange.own().get()) : unserved;
    }

    /** Answers of the node itself. */
    EndCounters counters(NodeAnswer answer) {
        return own.get(answer);
    }

    private EndCounters of(String service) {
        EndCounters known = services.get(service);
        return known != null ? known : services.computeIfAbsent(service, name -> new EndCounters());
    }

    Set<String> services() {
        return services.keySet();
    }

    /** Those of a service, if there were any; for none those that no service has had a part in. */
    Optional<EndCounters> counters(Optional<String> service) {
        return service.isEmpty() ? Optional.of(unserved) : service.map(services::get);
    }
}
