package dev.gyre.api;

import dev.gyre.model.Role;
import java.util.Optional;

/**
 * Who gives a command, as far as the door can tell.
 *
 * @param via   the door and where from, as history tells it, e.g. {@code via http from 10.0.0.7}
 * @param token name of the token that was presented; empty where none was needed, or it has no name
 */
record Caller(String via, Role role, Optional<String> token) {

    /** Whoever is on the event bus may do everything: in a cluster commands are signed. */
    static Caller onBus(String via) {
        return new Caller(via, Role.OPERATE, Optional.empty());
    }

    /** With the token's name. */
    String text() {
        return via + token.map(name -> " with token " + name).orElse("");
    }
}
