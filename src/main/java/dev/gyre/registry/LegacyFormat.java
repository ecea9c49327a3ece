package dev.gyre.registry;

import dev.gyre.config.RenamedSettings;
import dev.gyre.model.Origin;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Entries in the first format: one stamp for all fields of a resource in a layer, as {@code value},
 * or a {@code tombstone}. Read where a node is upgraded; never written.
 */
final class LegacyFormat {

    /** In that format beside the fields, and derived now. */
    private static final String SINCE = "since";

    private LegacyFormat() {
    }

    /**
     * @throws IllegalArgumentException or ClassCastException if it is not an entry
     */
    static Entry entry(Key key, JsonObject json) {
        Stamp stamp = Stamp.parse(json.getString("stamp", ""));
        if (Boolean.TRUE.equals(json.getValue("tombstone"))) {
            return Entry.of(key, Register.unset(EntryFields.PRESENT, stamp));
        }
        JsonObject value = json.getJsonObject("value");
        if (value == null) {
            throw new IllegalArgumentException("neither fields nor value: " + json.encode());
        }
        if (key.isChange()) {
            // The former values have the old form and are dropped; author and time are kept.
            JsonObject record = value.copy().put(EntryFields.DETAILS, false);
            record.remove("before");
            return Entry.of(key, Register.set(EntryFields.RECORD, stamp, record));
        }
        List<Register> registers = new ArrayList<>();
        if (!key.isIn(Origin.OPERATOR)) {
            registers.add(Register.set(EntryFields.PRESENT, stamp, true));
        }
        Object until = value.getValue(EntryFields.UNTIL);
        for (Map.Entry<String, Object> field : SettingPaths.flat(value).entrySet()) {
            boolean drain = field.getKey().equals(EntryFields.DRAINING);
            if (drain && key.isIn(Origin.DISCOVERY) || field.getKey().equals(SINCE)
                    || field.getKey().equals(EntryFields.UNTIL)) {
                continue;
            }
            registers.add(Register.set(RenamedSettings.current(field.getKey()), stamp, drain && until != null
                    ? new JsonObject().put(EntryFields.UNTIL, until) : field.getValue()));
        }
        return Entry.of(key, registers.isEmpty() ? List.of(Register.unset(EntryFields.PRESENT, stamp))
                : registers);
    }
}
