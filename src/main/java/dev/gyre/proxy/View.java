package dev.gyre.proxy;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import dev.gyre.pool.BackendPool;
import dev.gyre.pool.Loop;
import dev.gyre.pool.LoopPool;
import dev.gyre.pool.Pools;
import dev.gyre.routing.RoutingTable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The topology in the form that requests are served from: immutable, complete, and shared by all event loops.
 */
record View(RoutingTable routes, Map<String, ServiceView> services) {

    /** @param rotation the backends that take new requests, and at the same index the weight of each */
    record ServiceView(Service service, List<BackendPool> rotation, int[] weights) {

        List<LoopPool> rotation(Loop loop) {
            return rotation.stream().map(pool -> pool.on(loop)).toList();
        }
    }

    static View nothing() {
        return new View(RoutingTable.of(Topology.empty()), Map.of());
    }

    static View of(Topology topology, Pools pools) {
        Map<String, ServiceView> services = new TreeMap<>();
        for (Service service : topology.services().values()) {
            // Draining backends keep their pool, for the requests in flight, but get no new ones.
            service.backends().forEach(backend -> adopt(pools, service, backend));
            List<Backend> up = service.backends().stream().filter(b -> !b.draining()).toList();
            List<BackendPool> rotation = up.stream().map(b -> adopt(pools, service, b)).toList();
            services.put(service.name(),
                    new ServiceView(service, rotation, up.stream().mapToInt(Backend::weight).toArray()));
        }
        return new View(RoutingTable.of(topology), Map.copyOf(services));
    }

    private static BackendPool adopt(Pools pools, Service service, Backend backend) {
        return pools.adopt(new BackendId(service.name(), backend.url()), service.policy());
    }
}
