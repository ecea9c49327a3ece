package dev.gyre.api;

import java.util.List;

/**
 * Whether a node wants new requests.
 *
 * @param notes notes for the operator, one line each; a node with notes may be ready
 */
public record Readiness(boolean ready, List<String> notes) {

    public Readiness {
        notes = List.copyOf(notes);
    }

    /** The body of {@code /ready}. */
    String text() {
        return (ready ? "ready\n" : "not ready\n")
                + String.join("", notes.stream().map(note -> note + "\n").toList());
    }
}
