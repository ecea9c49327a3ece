package dev.gyre.upstream.hold;

import dev.gyre.model.HoldStats;
import dev.gyre.model.ServiceChange;
import dev.gyre.model.Topology;
import java.time.InstantSource;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** The holds of all services of a node; counts outlive a change of the topology. Thread-safe. */
public final class Holds {

    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Map<String, ServiceHold> services = new ConcurrentHashMap<>();
    private Topology adopted = Topology.empty();

    /**
     * @param clock that of the registry, by which holds end
     * @param nanos the clock of {@code System.nanoTime()}
     */
    public Holds(InstantSource clock, LongSupplier nanos) {
        this.clock = clock;
        this.nanos = nanos;
    }

    /** Goes by this topology from now on, and forgets services that are not in it. */
    public synchronized void adopt(Topology topology) {
        ServiceChange.between(adopted, topology).forEach(change -> change.after().ifPresent(
                service -> of(service.name()).adopt(service, clock.instant(), nanos.getAsLong())));
        adopted = topology;
        if (services.size() != topology.services().size()) {
            services.keySet().retainAll(topology.services().keySet());
        }
    }

    /** That of a service, also of one that is just leaving. */
    public ServiceHold of(String service) {
        return services.computeIfAbsent(service, name -> new ServiceHold());
    }

    /** By the name of the service. */
    public SortedMap<String, HoldStats> stats() {
        SortedMap<String, HoldStats> stats = new TreeMap<>();
        services.forEach((name, service) -> stats.put(name, service.stats()));
        return stats;
    }
}
