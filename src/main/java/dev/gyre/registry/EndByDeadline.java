package dev.gyre.registry;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes down which drains or holds have ended by themselves; the registry gives it to itself. What requests
 * are served by has followed already: this is for history, and so that nobody needs the deadline any more. It
 * touches the one field that ends, right above the decision that set the deadline, and so is the same whichever
 * node writes it, and undoes no later decision.
 *
 * @param kind {@link Key#BACKEND} for drains, {@link Key#SERVICE} for holds
 */
record EndByDeadline(String kind) implements Command {

    static final EndByDeadline DRAINS = new EndByDeadline(Key.BACKEND);
    static final EndByDeadline HOLDS = new EndByDeadline(Key.SERVICE);

    @Override
    public boolean automatic() {
        return true;
    }

    @Override
    public Change on(State state, Stamp stamp) {
        List<Entry> ends = new ArrayList<>();
        List<String> names = new ArrayList<>();
        state.deadlines().over(state.now()).filter(key -> key.kind().equals(kind)).forEach(key -> {
            Register decided = state.entries().entry(key).flatMap(entry -> entry.register(field()))
                    .orElseThrow();
            ends.add(Entry.of(key, Register.unset(field(), decided.stamp().followUp())));
            names.add(kind.equals(Key.BACKEND) ? key.head() + "/" + key.tail() : "\"" + key.name() + "\"");
        });
        return new Change(ends, (kind.equals(Key.BACKEND) ? "drain ended by itself: "
                : "hold ended by itself: service ") + String.join(", ", names));
    }

    private String field() {
        return kind.equals(Key.BACKEND) ? FieldNames.DRAINING : FieldNames.HELD_UNTIL;
    }

    /** Whose deadline it was that has come; empty when none has. */
    static Optional<Instant> due(State state, String kind) {
        return state.deadlines().over(state.now()).filter(key -> key.kind().equals(kind)).findFirst()
                .flatMap(key -> Optional.ofNullable(state.deadlines().byKey().get(key)));
    }
}
