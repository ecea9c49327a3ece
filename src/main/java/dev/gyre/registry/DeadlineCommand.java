package dev.gyre.registry;

import java.util.List;
import java.util.Optional;

/**
 * Records that a drain or hold has ended by its deadline; only the registry itself gives this command.
 * Requests already follow the end: the record is for history, and makes the deadline obsolete. It writes only
 * the field that ends, with a stamp right above the decision that set the deadline: the same on every node,
 * and below every later decision. Each end is a change of its own: otherwise nodes that look at different
 * moments would record one end as two changes.
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
