package dev.gyre.proxy;

import dev.gyre.balancing.PanicRule;
import dev.gyre.balancing.PanicRule.Offer;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.Fitness;
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

    /**
     * @param rotation the backends that are offered new requests, and at the same index each one's weight
     * @param panic    some of them although they are not fit
     */
    record ServiceView(Service service, List<BackendPool> rotation, int[] weights, boolean panic) {

        List<LoopPool> rotation(Loop loop) {
            return rotation.stream().map(pool -> pool.on(loop)).toList();
        }
    }

    static View nothing() {
        return new View(RoutingTable.of(Topology.empty()), Map.of());
    }

    static View of(Topology topology, Fitness fitness, Pools pools) {
        Map<String, ServiceView> services = new TreeMap<>();
        for (Service service : topology.services().values()) {
            // Draining backends keep their pool, for the requests in flight, but get no new ones.
            service.backends().forEach(backend -> adopt(pools, service, backend));
            List<Backend> wanted = service.backends().stream().filter(b -> !b.draining()).toList();
            Offer<Backend> offer = PanicRule.offer(wanted,
                    backend -> fitness.fit(new BackendId(service.name(), backend.url())),
                    service.policy().health().panic());
            List<Backend> up = offer.backends();
            List<BackendPool> rotation = up.stream().map(b -> adopt(pools, service, b)).toList();
            services.put(service.name(),
                    new ServiceView(service, rotation, up.stream().mapToInt(Backend::weight).toArray(),
                            offer.panic()));
        }
        return new View(RoutingTable.of(topology), Map.copyOf(services));
    }

    private static BackendPool adopt(Pools pools, Service service, Backend backend) {
        return pools.adopt(new BackendId(service.name(), backend.url()), service.policy());
    }
}
