package dev.gyre.registry;

import dev.gyre.model.Origin;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Ends the drains whose time is up; the registry gives it to itself. */
record EndDrains() implements Command {

    @Override
    public Change on(State state, Stamp stamp, Instant now) {
        List<Thing> due = state.entries().live(Origin.OPERATOR, Key.Kind.BACKEND)
                .filter(entry -> until(entry).filter(end -> !end.isAfter(now)).isPresent())
                .map(entry -> state.thing(entry.key())).toList();
        return new Change(due.stream().map(thing -> end(thing, stamp)).toList(), due.stream()
                .map(thing -> thing.key().head() + "/" + thing.key().tail())
                .collect(Collectors.joining(", ", "drain ended by itself: ", "")));
    }

    /** When the next drain ends by itself. */
    static Optional<Instant> next(Entries entries) {
        return entries.live(Origin.OPERATOR, Key.Kind.BACKEND).flatMap(entry -> until(entry).stream())
                .min(Instant::compareTo);
    }

    /** Where config has dropped the backend meanwhile, the drain is forgotten without bringing it back. */
    private static Entry end(Thing thing, Stamp stamp) {
        if (thing.present()) {
            return thing.released(stamp);
        }
        JsonObject fields = thing.undrained();
        return fields.isEmpty() ? Entry.tombstone(thing.key(), stamp) : Entry.of(thing.key(), stamp, fields);
    }

    private static Optional<Instant> until(Entry entry) {
        return Optional.ofNullable(entry.value().getLong(Overlay.UNTIL)).map(Instant::ofEpochMilli);
    }
}
