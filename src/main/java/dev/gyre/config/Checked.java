package dev.gyre.config;

import java.util.List;
import java.util.Optional;

/** A value that was read whole and right, or everything that is wrong with it. */
public sealed interface Checked<T> {

    record Ok<T>(T value) implements Checked<T> { }

    /** @param errors never empty */
    record Rejected<T>(List<ConfigError> errors) implements Checked<T> {

        public Rejected {
            errors = List.copyOf(errors);
        }
    }

    /** Empty when rejected. */
    default Optional<T> accepted() {
        return this instanceof Ok<T> ok ? Optional.of(ok.value()) : Optional.empty();
    }

    /** Empty when accepted. */
    default List<ConfigError> mistakes() {
        return this instanceof Rejected<T> rejected ? rejected.errors() : List.of();
    }
}
