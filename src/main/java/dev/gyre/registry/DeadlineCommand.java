package dev.gyre.registry;

import java.util.List;
import java.util.Optional;

/**
 * Writes down that a drain or hold has ended by itself; the registry gives it to itself. What requests are
 * served by has followed already: this is for history, and so that nobody needs the deadline any more. It
 * touches the one field that ends, right above the decision that set the deadline, and so is the same on
 * every node that writes it, and undoes no later decision. Each end is a change of its own: nodes that look
 * at different moments would otherwise tell one end in two changes.
 *
 * @param key of the operator's layer: a backend for a drain, a service for a hold
 */
record DeadlineCommand(Key key) implements Command {

    @Override
    public boolean automatic() {
        return true;
    }

    @Override
    public Change on(RegistryState state, Stamp stamp) {
        String what = (drain() ? "drain ended by itself: " : "hold ended by itself: ") + FieldTexts.name(key);
        Optional<Register> decided = state.entries().entry(key).flatMap(entry -> entry.register(field()));
        boolean over = Optional.ofNullable(state.deadlines().byKey().get(key))
                .filter(end -> !end.isAfter(state.now())).isPresent();
        return over && decided.isPresent() ? Change.to(what, Entry.of(key, List.of(
                Register.unset(field(), decided.get().stamp().followUp())))) : Change.none(what);
    }

    Author author() {
        return drain() ? Author.DRAIN_TTL : Author.HOLD_DEADLINE;
    }

    private boolean drain() {
        return key.kind().equals(Key.BACKEND);
    }

    private String field() {
        return drain() ? EntryFields.DRAINING : EntryFields.HELD_UNTIL;
    }
}
