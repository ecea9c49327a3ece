package dev.gyre.model;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All that is wanted of a node: the services with their backends, and the routes to them.
 *
 * @param services by name, in the order of the names
 * @param version  names this state; two nodes with equal versions show the same topology
 */
public record Topology(Map<String, Service> services, List<Route> routes, String version) {

    public Topology {
        // The type says that it is sorted, so that copying it compares no keys.
        services = Collections.unmodifiableSortedMap(new TreeMap<>(services));
        routes = List.copyOf(routes);
    }

    /** Of all services. */
    public Set<BackendId> backends() {
        return services.values().stream().flatMap(service -> service.backends().stream()
                .map(service::id)).collect(Collectors.toSet());
    }

    public static Topology empty() {
        return new Topology(Map.of(), List.of(), "0");
    }
}
