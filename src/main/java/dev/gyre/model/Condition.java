package dev.gyre.model;

import java.time.Instant;

/**
 * What is known of a backend's health.
 *
 * @param state  the verdict
 * @param reason what led to it, in words for the operator, e.g. {@code 3 probes in a row failed: connection
 *               refused}
 * @param since  when the verdict flipped to what it is, the same on every node that shares it
 */
public record Condition(State state, String reason, Instant since) {

    /** Whether requests go there, and if not, who says so. */
    public enum State {
        FIT,
        /** Failed its probes. */
        DOWN,
        /** Passes its probes, if it has any, but fails requests. */
        EJECTED
    }

    public boolean fit() {
        return state == State.FIT;
    }
}
