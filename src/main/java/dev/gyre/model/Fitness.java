package dev.gyre.model;

import java.util.Map;
import java.util.Optional;

/**
 * The backends whose health has been judged, as one moment has it. Who is not named is taken to be fit and to
 * have been so always.
 */
public record Fitness(Map<BackendId, Condition> conditions) {

    public static final Fitness UNKNOWN = new Fitness(Map.of());

    public Fitness {
        conditions = Map.copyOf(conditions);
    }

    public Optional<Condition> of(BackendId backend) {
        return Optional.ofNullable(conditions.get(backend));
    }

    public boolean fit(BackendId backend) {
        Condition condition = conditions.get(backend);
        return condition == null || condition.fit();
    }
}
