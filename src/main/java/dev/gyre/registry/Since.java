package dev.gyre.registry;

import dev.gyre.model.Origin;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;

/**
 * Since when a backend has been offered requests: the time of the stamp by which it was added or resumed, and
 * so the same on every node and after every restart. A later change of its weight does not alter it.
 */
final class Since {

    /*
     * Each layer's entry tells its own time: by the field below, else, where nothing but the entry's coming
     * says that the backend is there, by its stamp. That is so for what config declares, for an announcement
     * that does not end, and for the operator's tombstone, which leaves a backend to the others again: after
     * a removal or a drain. The latest of them counts.
     */

    /** When the backend was added or resumed, in milliseconds since 1970. */
    static final String FIELD = "since";

    private Since() {
    }

    static Optional<Instant> of(Entries entries, Key key) {
        long config = entries.entry(key.in(Origin.CONFIG)).map(Since::ofConfig).orElse(0L);
        long operator = entries.entry(key.in(Origin.OPERATOR)).map(Since::ofOperator).orElse(0L);
        long announced = entries.entry(key.in(Origin.DISCOVERY)).map(Since::ofAnnounced).orElse(0L);
        return Optional.of(Instant.ofEpochMilli(Math.max(Math.max(config, announced), operator)));
    }

    private static long ofConfig(Entry entry) {
        return entry.tombstone() ? 0 : entry.value().getLong(FIELD, entry.stamp().wall());
    }

    private static long ofAnnounced(Entry entry) {
        boolean takes = !entry.tombstone() && !entry.value().getBoolean(Overlay.DRAINING, false);
        return takes ? entry.stamp().wall() : 0;
    }

    private static long ofOperator(Entry entry) {
        return entry.tombstone() ? entry.stamp().wall() : entry.value().getLong(FIELD, 0L);
    }

    /**
     * The operator's next fields, with the time that would be lost with the tombstone they replace.
     */
    static JsonObject carried(Entries entries, Key key, JsonObject fields) {
        Optional<Entry> tombstone = entries.entry(key.in(Origin.OPERATOR)).filter(Entry::tombstone);
        tombstone.ifPresent(entry -> fields.put(FIELD, entry.stamp().wall()));
        return fields;
    }

    /** The entry, with another time in it where it has fields at all. */
    static Entry dated(Entry entry, Instant since) {
        return entry.tombstone() ? entry
                : Entry.of(entry.key(), entry.stamp(), entry.value().put(FIELD, since.toEpochMilli()));
    }

    /** What config says now of a backend that it declared before, which has been there since then. */
    static JsonObject kept(Entry before, JsonObject value) {
        return value.copy().put(FIELD, ofConfig(before));
    }

    static JsonObject without(JsonObject value) {
        JsonObject rest = value.copy();
        rest.remove(FIELD);
        return rest;
    }
}
