package dev.gyre.exchange;

import dev.gyre.model.Topology;
import dev.gyre.model.TunnelStats;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The tunnels of a node, by service. Thread-safe. */
final class Tunnels {

    private final Map<String, ServiceTunnels> services = new ConcurrentHashMap<>();

    ServiceTunnels of(String service) {
        return services.computeIfAbsent(service, name -> new ServiceTunnels());
    }

    /** Forgets services that are not in this topology, but for those whose tunnels are still open. */
    void adopt(Topology topology) {
        services.entrySet().removeIf(service -> !topology.services().containsKey(service.getKey())
                && !service.getValue().inUse());
    }

    SortedMap<String, TunnelStats> stats() {
        SortedMap<String, TunnelStats> stats = new TreeMap<>();
        services.forEach((name, tunnels) -> stats.put(name, tunnels.stats()));
        return stats;
    }
}
