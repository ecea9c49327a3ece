package dev.gyre.registry;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;

/** Limits on the stored records of changes. */
final class HistoryLimit {

    static final int LENGTH = 1_000;
    /** Fewer records are kept if they have this many former fields: some 8 MB in the file. */
    static final int MOST_FORMER = 40_000;

    private HistoryLimit() {
    }

    /**
     * The records that are too old. That depends on the later records only, so that nodes forget the same
     * ones in whatever order they merge.
     */
    static List<Entry> forgotten(NavigableMap<Key, Entry> changes) {
        List<Entry> forgotten = new ArrayList<>();
        int later = 0;
        int formerOfLater = 0;
        for (Entry change : changes.descendingMap().values()) {
            if (later >= LENGTH || formerOfLater >= MOST_FORMER) {
                forgotten.add(change);
            }
            later++;
            formerOfLater += weight(change);
        }
        return forgotten;
    }

    /** Its number of former fields, without reading them. */
    private static int weight(Entry entry) {
        return entry.value(EntryFields.RECORD).filter(JsonObject.class::isInstance)
                .map(value -> ((JsonObject) value).getValue("fields")).filter(JsonArray.class::isInstance)
                .map(fields -> ((JsonArray) fields).size()).orElse(0);
    }
}
