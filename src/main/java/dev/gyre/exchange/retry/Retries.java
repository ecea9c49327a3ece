package dev.gyre.exchange.retry;

import dev.gyre.model.RetryPolicy;
import dev.gyre.model.RetryStats;
import dev.gyre.model.ServiceChange;
import dev.gyre.model.Topology;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The retries of all services of a node; budgets and counts outlive a change of the topology. Thread-safe.
 */
public final class Retries {

    private final int loops;
    private final LongSupplier nanos;
    private final Map<String, ServiceRetries> services = new ConcurrentHashMap<>();
    private Topology adopted = Topology.empty();

    /**
     * @param loops how many event loops the node has
     * @param nanos the clock of {@code System.nanoTime()}
     */
    public Retries(int loops, LongSupplier nanos) {
        this.loops = loops;
        this.nanos = nanos;
    }

    /** Goes by the budgets of this topology from now on, and forgets services that are not in it. */
    public synchronized void adopt(Topology topology) {
        ServiceChange.between(adopted, topology).forEach(change -> change.after().ifPresent(
                service -> of(service.name()).adopt(service.policy().retry().budget())));
        adopted = topology;
        if (services.size() != topology.services().size()) {
            services.keySet().retainAll(topology.services().keySet());
        }
    }

    /** Those of a service, also of one that is just leaving. */
    public ServiceRetries of(String service) {
        ServiceRetries known = services.get(service);
        return known != null ? known : services.computeIfAbsent(service, name ->
                new ServiceRetries(name, loops, RetryPolicy.DEFAULT.budget(), nanos.getAsLong()));
    }

    /** To be called once a second: budgets are kept in seconds. */
    public void sample() {
        services.values().forEach(service -> service.sample(nanos.getAsLong()));
    }

    /** By the name of the service. */
    public SortedMap<String, RetryStats> stats() {
        SortedMap<String, RetryStats> stats = new TreeMap<>();
        services.forEach((name, service) -> stats.put(name, service.stats()));
        return stats;
    }
}
