package dev.gyre.api;

import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * One node's requests in flight to a draining backend.
 *
 * @param drained  it has none, and sends no new ones
 * @param inFlight empty: the node did not answer
 */
public record NodeInFlight(String id, String name, boolean drained, Optional<Long> inFlight) {

    JsonObject toJson() {
        JsonObject json = new JsonObject().put("name", name).put("id", id);
        inFlight.ifPresentOrElse(number -> json.put("inFlight", number),
                () -> json.put("error", "does not answer"));
        return json;
    }
}
