package dev.gyre.registry;

import dev.gyre.model.Route;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;

/** Names of resources and their changed fields, for messages and the history. */
final class FieldTexts {

    /** Most changes named in one sentence. */
    private static final int TOLD = 5;

    private FieldTexts() {
    }

    static String name(Key key) {
        return switch (key.kind()) {
            case Key.BACKEND -> key.head() + "/" + key.tail();
            case Key.ROUTE -> route(key.head(), key.tail());
            case Key.SERVICE -> "service \"" + key.name() + "\"";
            default -> key.kind() + " " + key.name();
        };
    }

    /** As messages name a route, e.g. {@code route api.example.com/v1/*}. */
    static String route(String host, String path) {
        return "route " + host + path;
    }

    static String route(Route route) {
        return route(route.host(), route.path());
    }

    /** {@code weight 9 → 1}. */
    static String change(String field, Object before, Object after) {
        return field + " " + text(field, before) + " → " + text(field, after);
    }

    static String text(String field, Object value) {
        Object readable = readable(field, value);
        return readable == null ? "none" : readable instanceof JsonObject end
                && end.getValue(EntryFields.UNTIL) instanceof String until ? "until " + until
                : readable.toString();
    }

    /** Times as texts instead of milliseconds. */
    static Object readable(String field, Object value) {
        boolean isTime = field.equals(EntryFields.HELD_UNTIL) || field.equals(EntryFields.TUNNELS_UNTIL);
        if (isTime && value instanceof Number millis) {
            return Instant.ofEpochMilli(millis.longValue()).toString();
        }
        if (field.equals(EntryFields.DRAINING) && value instanceof JsonObject drain
                && drain.getValue(EntryFields.UNTIL) instanceof Number millis) {
            return new JsonObject().put(EntryFields.UNTIL,
                    Instant.ofEpochMilli(millis.longValue()).toString());
        }
        return value;
    }

    

    /** The first ones, and how many more. */
    static String listed(List<String> all) {
        return String.join(", ", all.subList(0, Math.min(TOLD, all.size())))
                + (all.size() > TOLD ? " and " + (all.size() - TOLD) + " more" : "");
    }
}
