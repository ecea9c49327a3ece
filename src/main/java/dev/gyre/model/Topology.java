package dev.gyre.model;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * All that is wanted of a node: the services with their backends, and the routes to them.
 *
 * @param services by name, in the order of the names
 * @param version  names this state; two nodes with equal versions show the same topology
 */
public record Topology(Map<String, Service> services, List<Route> routes, String version) {

    public Topology {
        services = Collections.unmodifiableMap(new TreeMap<>(services));
        routes = List.copyOf(routes);
    }

    public static Topology empty() {
        return new Topology(Map.of(), List.of(), "0");
    }

    /** All backends of all services, draining ones included. */
    public Set<BackendId> backendIds() {
        Set<BackendId> ids = new HashSet<>();
        services.values().forEach(service ->
                service.backends().forEach(b -> ids.add(new BackendId(service.name(), b.url()))));
        return ids;
    }
}
