package dev.gyre.registry;

import dev.gyre.model.Origin;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Releases the services whose hold has reached its deadline; the registry gives it to itself. */
record EndHolds() implements Command {

    @Override
    public Change on(State state, Stamp stamp, Instant now) {
        List<Thing> due = state.entries().live(Origin.OPERATOR, Key.Kind.SERVICE)
                .filter(entry -> Overlay.heldUntil(entry.value())
                        .filter(end -> !end.isAfter(now)).isPresent())
                .map(entry -> state.thing(entry.key())).toList();
        return new Change(due.stream().map(thing -> end(thing, stamp)).toList(), due.stream()
                .map(thing -> "\"" + thing.key().name() + "\"")
                .collect(Collectors.joining(", ", "hold ended by itself: service ", "")));
    }

    /** When the next hold ends by itself. */
    static Optional<Instant> next(Entries entries) {
        return entries.live(Origin.OPERATOR, Key.Kind.SERVICE)
                .flatMap(entry -> Overlay.heldUntil(entry.value()).stream()).min(Instant::compareTo);
    }

    /** Where config has dropped the service meanwhile, the hold is forgotten without bringing it back. */
    static Entry end(Thing thing, Stamp stamp) {
        JsonObject fields = thing.overruled();
        fields.remove(Overlay.HELD_UNTIL);
        if (thing.present()) {
            return thing.wanted(fields, stamp);
        }
        return fields.isEmpty() ? Entry.tombstone(thing.key(), stamp) : Entry.of(thing.key(), stamp, fields);
    }
}
