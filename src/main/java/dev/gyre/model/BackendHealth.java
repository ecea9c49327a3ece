package dev.gyre.model;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The verdicts on backends at one moment. A backend without a verdict counts as healthy since ever.
 *
 * @param services verdicts by service and backend; the map of a service is the same instance as at another
 *                 moment if none of its verdicts has changed since
 */
public record BackendHealth(Map<String, Map<BackendId, Condition>> services) {

    public static final BackendHealth UNKNOWN = new BackendHealth(Map.of());

    public BackendHealth {
        services = Map.copyOf(services);
    }

    public static BackendHealth of(Map<BackendId, Condition> conditions) {
        Map<BackendId, Optional<Condition>> all = new HashMap<>();
        conditions.forEach((backend, condition) -> all.put(backend, Optional.of(condition)));
        return UNKNOWN.with(all);
    }

    /** @param changes the new verdicts; empty: the verdict is withdrawn */
    public BackendHealth with(Map<BackendId, Optional<Condition>> changes) {
        Map<String, Map<BackendId, Condition>> changed = new HashMap<>();
        changes.forEach((backend, condition) -> {
            Map<BackendId, Condition> of = changed.computeIfAbsent(backend.service(),
                    name -> new HashMap<>(of(name)));
            condition.ifPresentOrElse(now -> of.put(backend, now), () -> of.remove(backend));
        });
        Map<String, Map<BackendId, Condition>> next = new HashMap<>(services);
        changed.forEach((name, of) -> {
            if (of.isEmpty()) {
                next.remove(name);
            } else {
                next.put(name, Map.copyOf(of));
            }
        });
        return new BackendHealth(next);
    }

    /** The names of the services that have other verdicts at the other moment. */
    public Set<String> changedFrom(BackendHealth other) {
        Set<String> changed = new HashSet<>();
        services.forEach((name, of) -> {
            if (other.services.get(name) != of) {
                changed.add(name);
            }
        });
        other.services.keySet().stream().filter(name -> !services.containsKey(name)).forEach(changed::add);
        return changed;
    }

    /** The verdicts of a service. */
    public Map<BackendId, Condition> of(String service) {
        return services.getOrDefault(service, Map.of());
    }

    public Optional<Condition> of(BackendId backend) {
        return Optional.ofNullable(of(backend.service()).get(backend));
    }

    public boolean healthy(BackendId backend) {
        Condition condition = of(backend.service()).get(backend);
        return condition == null || condition.healthy();
    }

    /** Of all services. */
    public Map<BackendId, Condition> conditions() {
        Map<BackendId, Condition> all = new HashMap<>();
        services.values().forEach(all::putAll);
        return all;
    }
}
