package dev.gyre.model;

import java.time.Instant;
import java.util.Optional;

/**
 * What is known of a backend's health.
 *
 * @param state  the verdict
 * @param reason what led to it, for the operator, e.g. {@code 3 probes in a row failed: connection
 *               refused}
 * @param since  when the verdict last flipped, the same on every node that shares it
 * @param until  when it ends by itself; empty: not before new evidence
 */
public record Condition(State state, String reason, Instant since, Optional<Instant> until) {

    /** Whether requests go there, and if not, why. */
    public enum State {
        HEALTHY,
        /** Failed its probes. */
        DOWN,
        /** Passes its probes, if it has any, but fails requests. */
        EJECTED
    }

    /** One that does not end by itself. */
    public Condition(State state, String reason, Instant since) {
        this(state, reason, since, Optional.empty());
    }

    public boolean healthy() {
        return state == State.HEALTHY;
    }
}
