package dev.gyre.api;

import java.util.List;

/**
 * Whether a node wants new requests.
 *
 * @param notes what its operator ought to know, one line each; a node may be ready all the same
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
