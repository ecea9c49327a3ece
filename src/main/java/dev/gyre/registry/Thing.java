package dev.gyre.registry;

import dev.gyre.model.Origin;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One service, backend or route as all layers see it. Config declares; a backend may announce itself, with or
 * without being declared; the operator overrules both, field by field: the operator's entry holds the fields
 * it sets and, under {@code present}, whether it added or removed the thing.
 *
 * @param key       of the operator's layer
 * @param config    the fields config declares; empty: config does not know the thing
 * @param discovery what a backend's announcement says; empty: it has none, as services and routes
 * @param operator  the fields the operator sets; empty: the operator has no say
 */
record Thing(Key key, Optional<JsonObject> config, Optional<JsonObject> discovery,
             Optional<JsonObject> operator) {

    private static final String PRESENT = "present";

    static Thing of(Entries entries, Key key) {
        return new Thing(key, entries.value(key.in(Origin.CONFIG)), entries.value(key.in(Origin.DISCOVERY)),
                entries.value(key.in(Origin.OPERATOR)));
    }

    boolean present() {
        return said().orElse(config.isPresent() || discovery.isPresent());
    }

    /** Declared or announced, but removed by the operator. */
    boolean removed() {
        return below().isPresent() && !present();
    }

    /** There for no other reason than its announcement. */
    boolean onlyAnnounced() {
        return discovery.isPresent() && config.isEmpty() && !said().orElse(false);
    }

    Origin origin() {
        if (config.isPresent()) {
            return Origin.CONFIG;
        }
        return discovery.isPresent() ? Origin.DISCOVERY : Origin.OPERATOR;
    }

    /** What the operator speaks over: config, and over it the announcement. */
    private Optional<JsonObject> below() {
        return discovery.isEmpty() ? config
                : Optional.of(config.map(JsonObject::copy).orElseGet(JsonObject::new)
                        .mergeIn(Announced.fields(discovery.get())));
    }

    /** The operator's fields over those below; null takes a field from below away. */
    JsonObject fields() {
        JsonObject fields = below().map(JsonObject::copy).orElseGet(JsonObject::new);
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
     * The operator wants it, with these fields over those below; with none, only those below speak again.
     */
    Entry wanted(JsonObject fields, Stamp stamp) {
        if (config.isPresent() || discovery.isPresent() && !said().orElse(false)) {
            return fields.isEmpty() ? Entry.tombstone(key, stamp) : Entry.of(key, stamp, fields);
        }
        return Entry.of(key, stamp, fields.copy().put(PRESENT, true));
    }

    /** The same of a backend that gets requests from now on. */
    Entry entering(JsonObject fields, Stamp stamp) {
        return Since.dated(wanted(fields, stamp), Instant.ofEpochMilli(stamp.wall()));
    }

    /** The operator wants it with these fields and no other, whatever is said below. */
    Entry wantedAs(JsonObject fields, Stamp stamp) {
        return wanted(below().map(said -> difference(Since.without(said), fields)).orElse(fields), stamp);
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
     * The operator does not want it; what is said below must be overruled, and stays so through reloads and
     * announcements.
     */
    Entry unwanted(Stamp stamp) {
        return below().isPresent() ? Entry.of(key, stamp, new JsonObject().put(PRESENT, false))
                : Entry.tombstone(key, stamp);
    }

    /** A backend that drains no longer, whoever drained it; all else the operator sets stays. */
    Entry resumed(Stamp stamp) {
        return entering(drains(below()) ? undrained().put(Overlay.DRAINING, false) : undrained(), stamp);
    }

    /** The same at the end of the operator's own drain: that of an announcement goes on. */
    Entry released(Stamp stamp) {
        return entering(drains(config) ? undrained().put(Overlay.DRAINING, false) : undrained(), stamp);
    }

    /** It drains because its announcement ends, and for no other reason. */
    boolean onlyEnding() {
        return drains(discovery) && !drains(config) && !drains(operator);
    }

    private static boolean drains(Optional<JsonObject> layer) {
        return layer.map(fields -> fields.getBoolean(Overlay.DRAINING, false)).orElse(false);
    }

    /** The operator's fields but for the drain, and the time before it. */
    JsonObject undrained() {
        JsonObject fields = overruled();
        fields.remove(Overlay.UNTIL);
        fields.remove(Overlay.DRAINING);
        fields.remove(Since.FIELD);
        return fields;
    }

    private Optional<Boolean> said() {
        return operator.map(fields -> fields.getBoolean(PRESENT));
    }
}
