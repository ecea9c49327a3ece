package dev.gyre.registry;

import dev.gyre.model.Origin;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.Optional;

/**
 * The smallest thing that is written, kept and merged: what one layer says of one thing, and since when. A
 * tombstone says that the layer no longer speaks of it, and has an empty value.
 *
 * @param value the fields this layer sets, never changed once here; those it does not set are the other
 *              layers'
 */
public record Entry(Key key, Stamp stamp, boolean tombstone, JsonObject value) {

    public Entry {
        value = value.copy();
    }

    static Entry of(Key key, Stamp stamp, JsonObject value) {
        return new Entry(key, stamp, false, value);
    }

    static Entry tombstone(Key key, Stamp stamp) {
        return new Entry(key, stamp, true, new JsonObject());
    }

    /**
     * The later of two entries for the same key. Equal stamps with unequal values do not come about by
     * commands; were they to, the text decides, so that all nodes decide alike.
     */
    Entry later(Entry other) {
        int order = stamp.compareTo(other.stamp);
        if (order == 0 && !equals(other)) {
            order = toJson().encode().compareTo(other.toJson().encode());
        }
        return order >= 0 ? this : other;
    }

    /** This one counts where both are there. */
    public boolean overrules(Entry other) {
        return !equals(other) && later(other) == this;
    }

    /** The form in which an entry is stored and sent. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("kind", key.kind().word()).put("name", key.name()).put("layer", key.layer().word())
                .put("stamp", stamp.toString());
        return tombstone ? json.put("tombstone", true) : json.put("value", value.copy());
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException when it is no entry
     */
    public static Entry fromJson(JsonObject json) {
        try {
            Key key = new Key(layer(json.getString("layer")), kind(json.getString("kind")), name(json));
            Stamp stamp = Stamp.parse(json.getString("stamp", ""));
            Entry entry = json.getBoolean("tombstone", false) ? tombstone(key, stamp)
                    : of(key, stamp, Optional.ofNullable(json.getJsonObject("value"))
                            .orElseThrow(() -> new IllegalArgumentException("no value: " + json.encode())));
            if (key.isChange()) {
                ChangeRecord.of(entry);
            }
            return entry;
        } catch (ClassCastException e) {
            throw new IllegalArgumentException("wrong type: " + json.encode());
        }
    }

    static Origin layer(String word) {
        return Arrays.stream(Origin.values()).filter(origin -> origin.word().equals(word)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("layer: " + word));
    }

    static Key.Kind kind(String word) {
        return Key.Kind.of(String.valueOf(word))
                .orElseThrow(() -> new IllegalArgumentException("kind: " + word));
    }

    private static String name(JsonObject json) {
        String name = json.getString("name", "");
        boolean twoParts = "backend".equals(json.getString("kind")) || "route".equals(json.getString("kind"));
        if (name.isEmpty() || twoParts && name.indexOf(' ') < 0) {
            throw new IllegalArgumentException("name: \"" + name + "\"");
        }
        return name;
    }
}
