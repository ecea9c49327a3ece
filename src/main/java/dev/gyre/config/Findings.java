package dev.gyre.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Collects the mistakes of one reading, so that all of them are reported at once. */
final class Findings {

    private final Mistakes errors = new Mistakes();
    private final Map<String, String> replaced = new HashMap<>();
    private final Set<String> unresolved = new HashSet<>();

    /** Something is wrong with the value at the error's path. */
    void add(ConfigError error) {
        if (unresolved.contains(error.path())) {
            return;
        }
        // What came out of a variable or file may be a secret in the wrong place: name its source only.
        String reference = replaced.get(error.path());
        errors.add(reference == null
                ? error
                : error.withFound("the value of " + Value.describe(reference)));
    }

    /** Something is wrong with the key itself, whatever its value. */
    void addKey(Supplier<ConfigError> error) {
        errors.add(error);
    }

    /** The value at this path is {@code reference} with its variables and files put in. */
    void replaced(String path, String reference) {
        replaced.put(path, reference);
    }

    /** A reference at the error's path leads nowhere: what else may be wrong with that value is unknown. */
    void unresolved(ConfigError error) {
        errors.add(error);
        unresolved.add(error.path());
    }

    boolean isReplaced(String path) {
        return replaced.containsKey(path);
    }

    boolean none() {
        return errors.none();
    }

    <T> Checked<T> check(T value) {
        return errors.none() ? new Checked.Ok<>(value) : new Checked.Rejected<>(errors.list());
    }

    <T> Checked<T> rejected() {
        return new Checked.Rejected<>(errors.list());
    }
}
