package dev.gyre.registry;

import dev.gyre.model.BackendUrl;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The content of entries that this version does not understand. It is kept, on disk and in the cluster, and
 * passed on unchanged; only this node's topology ignores it.
 */
final class UnknownContent {

    private static final Map<String, Set<String>> FIELDS = Map.of(
            Key.BACKEND, Set.of(EntryFields.PRESENT, EntryFields.WEIGHT, EntryFields.ZONE,
                    EntryFields.DRAINING, EntryFields.TUNNELS_UNTIL,
                    EntryFields.TTL, EntryFields.ENDING),
            Key.ROUTE, Set.of(EntryFields.PRESENT, EntryFields.SERVICE, EntryFields.MAX_BODY,
                    EntryFields.PRIORITY));

    private UnknownContent() {
    }

    /** The content not understood, in words; empty if there is none. */
    static Optional<String> gap(Entry entry) {
        Key key = entry.key();
        if (key.isChange() || entry.tombstone()) {
            return Optional.empty();
        }
        if (key.origin().isEmpty()) {
            return Optional.of("layer \"" + key.layer() + "\"");
        }
        if (!key.kind().equals(Key.SERVICE) && !FIELDS.containsKey(key.kind())) {
            return Optional.of("kind \"" + key.kind() + "\"");
        }
        if (key.kind().equals(Key.BACKEND)) {
            try {
                BackendUrl.parse(key.tail());
            } catch (IllegalArgumentException e) {
                return Optional.of(e.getMessage());
            }
        }
        Set<String> unknown = new TreeSet<>();
        Set<String> known = FIELDS.get(key.kind());
        if (known != null) {
            entry.registers().stream().filter(Register::isSet).map(Register::name)
                    .filter(name -> !known.contains(name)).forEach(unknown::add);
        }
        return unknown.isEmpty() ? Optional.empty() : Optional.of("field " + String.join(", ", unknown));
    }
}
