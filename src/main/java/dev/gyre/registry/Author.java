package dev.gyre.registry;

import dev.gyre.model.Origin;
import java.util.Optional;

/**
 * Who made a change.
 *
 * @param layer that the change is written to
 * @param text  for people, e.g. {@code alice@laptop via http from 127.0.0.1}
 */
public record Author(Origin layer, String text) {

    static final Author CONFIG = new Author(Origin.CONFIG, "config");
    /** Has no layer of its own: each record names the author of its change. */
    static final Author OTHER_NODES = new Author(Origin.OPERATOR, "other nodes");
    static final Author DRAIN_TTL = new Author(Origin.OPERATOR, "drain ttl");
    static final Author HOLD_DEADLINE = new Author(Origin.OPERATOR, "hold deadline");
    /** The announcement of a backend expired, or the backend has left and is drained. */
    public static final Author LEASE = new Author(Origin.DISCOVERY, "lease");

    /**
     * A person or program that gave a command.
     *
     * @param by  the name given with it, not verified
     * @param via the door it came through, e.g. {@code via bus}
     */
    public static Author operator(Optional<String> by, String via) {
        return new Author(Origin.OPERATOR, by.map(name -> name + " ").orElse("") + via);
    }

    /** A backend that announces itself. */
    public static Author backend(Optional<String> by, String via) {
        return new Author(Origin.DISCOVERY, operator(by, via).text());
    }
}
