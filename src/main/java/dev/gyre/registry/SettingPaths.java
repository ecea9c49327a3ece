package dev.gyre.registry;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Settings as nested JSON and as one value for each path, such as {@code pool.maxConnections}: each path is a
 * field of its own. An empty object is a value, because it may switch something on.
 */
final class SettingPaths {

    private SettingPaths() {
    }

    static SortedMap<String, Object> flat(JsonObject nested) {
        SortedMap<String, Object> flat = new TreeMap<>();
        flatten("", nested, flat);
        return flat;
    }

    private static void flatten(String prefix, JsonObject nested, Map<String, Object> into) {
        for (Map.Entry<String, Object> field : nested) {
            String path = prefix + field.getKey();
            if (field.getValue() instanceof JsonObject inner && !inner.isEmpty()) {
                flatten(path + ".", inner, into);
            } else {
                into.put(path, field.getValue());
            }
        }
    }

    /** The reverse; paths set to nothing are left out. */
    static JsonObject nested(SortedMap<String, Object> flat) {
        JsonObject nested = new JsonObject();
        flat.forEach((path, value) -> {
            if (value != null) {
                put(nested, path, value);
            }
        });
        return nested;
    }

    private static void put(JsonObject into, String path, Object value) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            // An empty object adds nothing to the paths within it.
            if (!(value instanceof JsonObject) || !(into.getValue(path) instanceof JsonObject)) {
                into.put(path, value instanceof JsonObject object ? object.copy() : value);
            }
            return;
        }
        String head = path.substring(0, dot);
        if (!(into.getValue(head) instanceof JsonObject)) {
            into.put(head, new JsonObject());
        }
        put(into.getJsonObject(head), path.substring(dot + 1), value);
    }

    /** Whether they are the same, or one is within the other. */
    static boolean related(String one, String other) {
        return one.equals(other) || within(one, other) || within(other, one);
    }

    /** Whether one is within the other. */
    static boolean within(String path, String outer) {
        return path.length() > outer.length() && path.startsWith(outer)
                && path.charAt(outer.length()) == '.';
    }
}
