package dev.gyre.model;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The backends whose health has been judged, as one moment has it. Who is not named is taken to be fit and to
 * have been so always.
 *
 * @param services the judged ones by the name of their service; those of a service in which nothing was
 *                 judged since another moment are the same instance in both
 */
public record Fitness(Map<String, Map<BackendId, Condition>> services) {

    public static final Fitness UNKNOWN = new Fitness(Map.of());

    public Fitness {
        services = Map.copyOf(services);
    }

    public static Fitness of(Map<BackendId, Condition> conditions) {
        Map<BackendId, Optional<Condition>> all = new HashMap<>();
        conditions.forEach((backend, condition) -> all.put(backend, Optional.of(condition)));
        return UNKNOWN.with(all);
    }

    /** @param changes what each is judged now; empty: no longer judged */
    public Fitness with(Map<BackendId, Optional<Condition>> changes) {
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
        return new Fitness(next);
    }

    /** The names of the services of which another moment has something else to say. */
    public Set<String> unlike(Fitness other) {
        Set<String> unlike = new HashSet<>();
        services.forEach((name, of) -> {
            if (other.services.get(name) != of) {
                unlike.add(name);
            }
        });
        other.services.keySet().stream().filter(name -> !services.containsKey(name)).forEach(unlike::add);
        return unlike;
    }

    /** The judged backends of a service. */
    public Map<BackendId, Condition> of(String service) {
        return services.getOrDefault(service, Map.of());
    }

    public Optional<Condition> of(BackendId backend) {
        return Optional.ofNullable(of(backend.service()).get(backend));
    }

    public boolean fit(BackendId backend) {
        Condition condition = of(backend.service()).get(backend);
        return condition == null || condition.fit();
    }

    /** Of all services. */
    public Map<BackendId, Condition> conditions() {
        Map<BackendId, Condition> all = new HashMap<>();
        services.values().forEach(all::putAll);
        return all;
    }
}
