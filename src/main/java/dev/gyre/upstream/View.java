package dev.gyre.upstream;

import dev.gyre.model.BackendHealth;
import dev.gyre.model.Service;
import dev.gyre.model.ServiceChange;
import dev.gyre.model.Topology;
import dev.gyre.routing.RoutingTable;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The topology in the form that requests are served from: immutable, complete, and shared by all event loops.
 * Each is made from the one before: a service that did not change is the same instance in both.
 *
 * @param backendHealth what was known of the backends' health when it was made
 */
public record View(Topology topology, RoutingTable routes, Map<String, ServiceView> services,
        BackendHealth backendHealth) {

    public static View nothing() {
        return new View(Topology.empty(), RoutingTable.of(Topology.empty()), Map.of(), BackendHealth.UNKNOWN);
    }

    static View of(Topology topology, BackendHealth backendHealth, Pools pools, SelectionContext at) {
        return nothing().next(topology, backendHealth, pools, at);
    }

    /** With these from now on; shares that follow a slow start are brought up to date by {@link #step}. */
    public View next(Topology wanted, BackendHealth known, Pools pools, SelectionContext at) {
        Set<String> changed = new HashSet<>(backendHealth.changedFrom(known));
        ServiceChange.between(topology, wanted).forEach(change -> changed.add(change.name()));
        return next(changed, wanted, known, pools, at);
    }

    /** The same a moment later. */
    public View step(Pools pools, SelectionContext at) {
        return next(services.values().stream().filter(ServiceView::ramping)
                .map(view -> view.service().name()).toList(), topology, backendHealth, pools, at);
    }

    private View next(Collection<String> changed, Topology wanted, BackendHealth known, Pools pools,
            SelectionContext at) {
        Instant now = at.clock().instant();
        Map<String, ServiceView> next = new HashMap<>(services);
        for (String name : changed) {
            Service service = wanted.services().get(name);
            if (service == null) {
                next.remove(name);
            } else {
                next.put(name, ServiceView.of(service, Optional.ofNullable(services.get(name)),
                        known.of(name), backend -> pools.adopt(service.id(backend), service.policy()), at,
                        now));
            }
        }
        // Without a route the table depends on the services.
        boolean sameRoutes = wanted.routes().equals(topology.routes()) && !wanted.routes().isEmpty();
        return new View(wanted, sameRoutes ? routes : RoutingTable.of(wanted),
                Collections.unmodifiableMap(next), known);
    }

    /** Shares are to be taken again before long. */
    public boolean ramping() {
        return services.values().stream().anyMatch(ServiceView::ramping);
    }
}
