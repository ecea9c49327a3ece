package dev.gyre.api;

import dev.gyre.model.Role;
import java.util.Optional;

/**
 * The caller of a command, as far as the door knows.
 *
 * @param via        the door and the origin, for history, e.g. {@code via http from 10.0.0.7}
 * @param credential that was presented, with its name, e.g. {@code token grafana}; empty if none was needed,
 *                   or it has no name
 */
record Caller(String via, Role role, Optional<String> credential) {

    /** Callers on the event bus may do everything: in a cluster commands are signed. */
    static Caller onBus(String via) {
        return new Caller(via, Role.OPERATE, Optional.empty());
    }

    /** With what was presented. */
    String text() {
        return via + credential.map(name -> " with " + name).orElse("");
    }
}
