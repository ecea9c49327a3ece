package dev.gyre.registry;

import dev.gyre.model.Origin;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * One service, backend or route as both layers see it. Config declares, the operator overrules field by
 * field: the operator's entry holds the fields it sets and, under {@code present}, whether it added or
 * removed the thing.
 *
 * @param key      of the operator's layer
 * @param config   the fields config declares; empty: config does not know the thing
 * @param operator the fields the operator sets; empty: the operator has no say
 */
record Thing(Key key, Optional<JsonObject> config, Optional<JsonObject> operator) {

    private static final String PRESENT = "present";

    static Thing of(Entries entries, Key key) {
        return new Thing(key, entries.value(key.in(Origin.CONFIG)), entries.value(key.in(Origin.OPERATOR)));
    }

    boolean present() {
        return said().orElse(config.isPresent());
    }

    /** Declared by config, but removed by the operator. */
    boolean removed() {
        return config.isPresent() && !present();
    }

    Origin origin() {
        return config.isPresent() ? Origin.CONFIG : Origin.OPERATOR;
    }

    /** The operator's fields over those of config; null takes a field of config's away. */
    JsonObject fields() {
        JsonObject fields = config.map(JsonObject::copy).orElseGet(JsonObject::new);
        return withoutNulls(fields.mergeIn(overruled(), true));
    }

    private static JsonObject withoutNulls(JsonObject fields) {
        for (String name : List.copyOf(fields.fieldNames())) {
            Object value = fields.getValue(name);
            if (value == null) {
                fields.remove(name);
            } else if (value instanceof JsonObject inner) {
                withoutNulls(inner);
            }
        }
        return fields;
    }

    /** The fields the operator sets, to be changed by the caller. */
    JsonObject overruled() {
        JsonObject fields = operator.map(JsonObject::copy).orElseGet(JsonObject::new);
        fields.remove(PRESENT);
        return fields;
    }

    /**
     * The operator wants it, with these fields over those of config; with none, config alone speaks again.
     */
    Entry wanted(JsonObject fields, Stamp stamp) {
        if (config.isPresent()) {
            return fields.isEmpty() ? Entry.tombstone(key, stamp) : Entry.of(key, stamp, fields);
        }
        return Entry.of(key, stamp, fields.copy().put(PRESENT, true));
    }

    /** The same of a backend that gets requests from now on. */
    Entry entering(JsonObject fields, Stamp stamp) {
        boolean told = config.isPresent() && fields.isEmpty();
        return wanted(told ? fields : fields.copy().put(Since.FIELD, stamp.wall()), stamp);
    }

    /** The operator wants it with these fields and no other, whatever config says. */
    Entry wantedAs(JsonObject fields, Stamp stamp) {
        return wanted(config.map(said -> difference(Since.without(said), fields)).orElse(fields), stamp);
    }

    /** What must be said over the one to get the other. */
    private static JsonObject difference(JsonObject said, JsonObject wanted) {
        JsonObject difference = new JsonObject();
        wanted.forEach(field -> {
            Object there = said.getValue(field.getKey());
            if (field.getValue() instanceof JsonObject inner && there instanceof JsonObject outer) {
                JsonObject deeper = difference(outer, inner);
                if (!deeper.isEmpty()) {
                    difference.put(field.getKey(), deeper);
                }
            } else if (!field.getValue().equals(there)) {
                difference.put(field.getKey(), field.getValue());
            }
        });
        said.fieldNames().stream().filter(name -> !wanted.containsKey(name)).forEach(difference::putNull);
        return difference;
    }

    /**
     * The operator does not want it; what config declares must be overruled, and stays so through reloads.
     */
    Entry unwanted(Stamp stamp) {
        return config.isPresent() ? Entry.of(key, stamp, new JsonObject().put(PRESENT, false))
                : Entry.tombstone(key, stamp);
    }

    /** A backend that drains no longer; all else the operator sets stays. */
    Entry resumed(Stamp stamp) {
        boolean declared = config.map(fields -> fields.getBoolean(Overlay.DRAINING, false)).orElse(false);
        JsonObject fields = Since.without(undrained());
        return entering(declared ? fields.put(Overlay.DRAINING, false) : fields, stamp);
    }

    /** The operator's fields but for the drain. */
    JsonObject undrained() {
        JsonObject fields = overruled();
        fields.remove(Overlay.UNTIL);
        fields.remove(Overlay.DRAINING);
        return fields;
    }

    private Optional<Boolean> said() {
        return operator.map(fields -> fields.getBoolean(PRESENT));
    }
}
