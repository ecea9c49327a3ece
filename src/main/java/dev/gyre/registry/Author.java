package dev.gyre.registry;

import dev.gyre.model.Origin;
import java.util.Optional;

/**
 * Who made a change.
 *
 * @param layer in whose name
 * @param text  for people, e.g. {@code alice@laptop via http from 127.0.0.1}
 */
public record Author(Origin layer, String text) {

    static final Author CONFIG = new Author(Origin.CONFIG, "config");
    /** Has no say of its own: each record tells who made that change. */
    static final Author OTHER_NODES = new Author(Origin.OPERATOR, "other nodes");
    static final Author DRAIN_TTL = new Author(Origin.OPERATOR, "drain ttl");
    static final Author HOLD_DEADLINE = new Author(Origin.OPERATOR, "hold deadline");
    /** Nobody renewed the announcement of a backend, or the backend has left and is drained. */
    public static final Author LEASE = new Author(Origin.DISCOVERY, "lease");

    /**
     * Somebody who gave a command.
     *
     * @param by  the name given with it, believed as it stands
     * @param via the door it came through, e.g. {@code via bus}
     */
    public static Author operator(Optional<String> by, String via) {
        return new Author(Origin.OPERATOR, by.map(name -> name + " ").orElse("") + via);
    }

    /** A backend that speaks for itself. */
    public static Author backend(Optional<String> by, String via) {
        return new Author(Origin.DISCOVERY, operator(by, via).text());
    }
}
