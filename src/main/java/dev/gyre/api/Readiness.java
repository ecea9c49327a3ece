package dev.gyre.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * Whether a node wants new requests, and how many.
 *
 * @param capacity share of its own steady rate that it can serve now, 1 to 100 percent
 * @param notes    notes for the operator, one line each; a node with notes may be ready
 */
public record Readiness(boolean ready, int capacity, List<String> notes) {

    /** Of the capacity. */
    public static final int FULL = 100;

    public Readiness {
        notes = List.copyOf(notes);
    }

    int status() {
        return ready ? 200 : 503;
    }

    /** The body of {@code /ready}. */
    String text() {
        return (ready ? "ready\n" : "not ready\n")
                + String.join("", notes.stream().map(note -> note + "\n").toList());
    }

    /** The same for programs. */
    JsonObject toJson() {
        return new JsonObject().put("ready", ready).put("capacity", capacity)
                .put("notes", new JsonArray(notes));
    }

    /**
     * For the agent check of HAProxy, which reads the words of the first line it is sent and skips those that
     * it does not know: as the reason phrase these are read from a status line of HTTP. A node that is not
     * ready tells its weight only; whether it is up is for HAProxy's health check to say.
     */
    String agentWords() {
        return (ready ? "up " : "") + capacity + '%';
    }
}
