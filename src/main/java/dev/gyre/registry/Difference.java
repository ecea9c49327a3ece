package dev.gyre.registry;

import io.vertx.core.json.JsonObject;
import java.util.Optional;

/**
 * One thing that is not the same in two topologies. A thing added has no {@code from}, one removed no
 * {@code to}, one changed has both and a field.
 *
 * @param thing {@code service}, {@code backend} or {@code route}
 * @param name  the fields that name it: {@code service}, {@code service} and {@code url}, or {@code host} and
 *              {@code path}
 * @param field that changed, e.g. {@code weight} or {@code pool.maxConnections}
 * @param from  the value of the field, or all fields of the thing
 * @param what  it comes to, in words
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
