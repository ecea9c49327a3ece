package dev.gyre.registry;

import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * One difference between two topologies. An added resource has no {@code from}, a removed one no {@code to},
 * a changed one has both and a field.
 *
 * @param thing {@code service}, {@code backend} or {@code route}
 * @param name  the fields that name it: {@code service}, {@code service} and {@code url}, or {@code host} and
 *              {@code path}
 * @param field that changed, e.g. {@code weight} or {@code pool.maxConnections}
 * @param from  the value of the field, or all fields of the resource
 * @param what  the difference, in words
 */
public record Difference(String thing, JsonObject name, Optional<String> field, Optional<Object> from,
        Optional<Object> to, String what) {

    public JsonObject toJson() {
        boolean changed = field.isPresent();
        JsonObject json = new JsonObject().put("thing", thing).mergeIn(name)
                .put("change", changed ? "changed" : from.isPresent() ? "removed" : "added");
        field.ifPresent(changedField -> json.put("field", changedField));
        from.ifPresent(value -> json.put("from", value));
        to.ifPresent(value -> json.put("to", value));
        return json.put("what", what);
    }
}
