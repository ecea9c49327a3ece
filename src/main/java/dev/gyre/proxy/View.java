package dev.gyre.proxy;

import dev.gyre.model.Fitness;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import dev.gyre.pool.Pools;
import dev.gyre.routing.RoutingTable;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * The topology in the form that requests are served from: immutable, complete, and shared by all event loops.
 *
 * @param fitness what was known of the backends' health when it was made
 */
record View(RoutingTable routes, Map<String, ServiceView> services, Fitness fitness) {

    static View nothing() {
        return new View(RoutingTable.of(Topology.empty()), Map.of(), Fitness.UNKNOWN);
    }

    static View of(Topology topology, Fitness fitness, Pools pools, Surroundings at) {
        Instant now = at.clock().instant();
        Map<String, ServiceView> services = new TreeMap<>();
        for (Service service : topology.services().values()) {
            services.put(service.name(), ServiceView.of(service, fitness, backend -> pools.adopt(
                    service.id(backend), service.policy()),
                    at.zone(), at.stickyKey(), now));
        }
        return new View(RoutingTable.of(topology), Map.copyOf(services), fitness);
    }

    /** Shares are to be taken anew before long. */
    boolean ramping() {
        return services.values().stream().anyMatch(ServiceView::ramping);
    }
}
