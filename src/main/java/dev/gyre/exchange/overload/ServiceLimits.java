package dev.gyre.exchange.overload;

import dev.gyre.model.ConcurrencyStats;
import dev.gyre.model.Priority;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServiceChange;
import dev.gyre.model.Topology;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The limits of all services of a node; what they have learnt and counted outlives a change of the topology.
 * Each node goes by what it sees itself. Thread-safe.
 */
public final class ServiceLimits {

    private final LongSupplier nanos;
    private final Map<String, ServiceLimit> services = new ConcurrentHashMap<>();
    private Topology adopted = Topology.empty();
    /** Priority of a service's routes, by its name. */
    private Map<String, Priority> highest = Map.of();

    /** @param nanos the clock of {@code System.nanoTime()} */
    public ServiceLimits(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** Goes by this topology from now on, and forgets services that are not in it. */
    public synchronized void adopt(Topology topology) {
        List<ServiceChange> changes = ServiceChange.between(adopted, topology);
        if (!topology.routes().equals(adopted.routes())) {
            highest = highest(topology.routes());
            topology.services().values().forEach(this::adopt);
        } else {
            changes.forEach(change -> change.after().ifPresent(this::adopt));
        }
        adopted = topology;
        if (services.size() != topology.services().size()) {
            services.keySet().retainAll(topology.services().keySet());
        }
    }

    private static Map<String, Priority> highest(List<Route> routes) {
        Map<String, Priority> highest = new HashMap<>();
        for (Route route : routes) {
            highest.merge(route.service(), route.priority().orElse(Priority.NORMAL),
                    (one, other) -> one.compareTo(other) < 0 ? one : other);
        }
        return highest;
    }

    private void adopt(Service service) {
        of(service.name()).adopt(service.policy().limit(),
                highest.getOrDefault(service.name(), Priority.NORMAL));
    }

    /** That of a service, also of one that is just leaving. */
    public ServiceLimit of(String service) {
        ServiceLimit known = services.get(service);
        return known != null ? known
                : services.computeIfAbsent(service, name -> new ServiceLimit(name, nanos.getAsLong()));
    }

    /** To be called once a second. */
    public void sample() {
        services.values().forEach(service -> service.sample(nanos.getAsLong()));
    }

    /** By the name of the service; of those without a limit nothing. */
    public SortedMap<String, ConcurrencyStats> stats() {
        SortedMap<String, ConcurrencyStats> stats = new TreeMap<>();
        services.forEach((name, service) -> service.stats().ifPresent(of -> stats.put(name, of)));
        return stats;
    }
}
