package dev.gyre.registry;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Resources and what changes of their fields, as messages and the history name them. */
final class FieldTexts {

    /** So many changes are named in one sentence. */
    private static final int TOLD = 5;

    private FieldTexts() {
    }

    static String name(Key key) {
        return switch (key.kind()) {
            case Key.BACKEND -> key.head() + "/" + key.tail();
            case Key.ROUTE -> RouteCommand.name(key.head(), key.tail());
            case Key.SERVICE -> "service \"" + key.name() + "\"";
            default -> key.kind() + " " + key.name();
        };
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
        if (field.equals(EntryFields.HELD_UNTIL) && value instanceof Number millis) {
            return Instant.ofEpochMilli(millis.longValue()).toString();
        }
        if (field.equals(EntryFields.DRAINING) && value instanceof JsonObject drain
                && drain.getValue(EntryFields.UNTIL) instanceof Number millis) {
            return new JsonObject().put(EntryFields.UNTIL,
                    Instant.ofEpochMilli(millis.longValue()).toString());
        }
        return value;
    }

    /** What entries change of the resources they are about, each without the resource's name. */
    static Map<Key,
            List<String>> changes(RegistryState before, RegistryState after, Collection<Entry> entries) {
        Map<Key, List<String>> changes = new LinkedHashMap<>();
        for (Entry entry : entries) {
            LayeredResource old = before.resource(entry.key());
            LayeredResource now = after.resource(entry.key());
            List<String> words = new ArrayList<>();
            if (old.present() != now.present()) {
                words.add(now.present() ? "added" : "removed");
            } else {
                for (Register register : entry.registers()) {
                    String field = register.name();
                    Optional<Object> was = old.value(field);
                    Optional<Object> is = now.value(field);
                    if (!field.equals(EntryFields.PRESENT) && !was.equals(is)) {
                        words.add(change(field, was.orElse(null), is.orElse(null)));
                    }
                }
            }
            if (!words.isEmpty()) {
                changes.put(entry.key(), words);
            }
        }
        return changes;
    }

    /** The first ones, and how many more. */
    static String listed(List<String> all) {
        return String.join(", ", all.subList(0, Math.min(TOLD, all.size())))
                + (all.size() > TOLD ? " and " + (all.size() - TOLD) + " more" : "");
    }
}
