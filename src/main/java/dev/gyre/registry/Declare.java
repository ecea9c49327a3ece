package dev.gyre.registry;

import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Replaces config's layer, field by field. Unchanged fields keep their stamp, so that declaring the same
 * again changes nothing; fields that config no longer has are unset in its layer. The operator's layer is not
 * touched.
 *
 * @param strict refuse a config that leaves the operator's routes without a service, or several services
 *               without a route; a starting node is not strict, because it would otherwise not serve at all
 */
record Declare(Topology declared, boolean strict) implements Command {

    @Override
    public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
        SortedMap<Key, SortedMap<String, Object>> wanted = LayerMerge.declared(declared);
        List<Entry> entries = new ArrayList<>();
        wanted.forEach((key, fields) ->
                changed(state.entries().entry(key), key, fields, stamp).ifPresent(entries::add));
        for (Entry entry : state.entries().all()) {
            boolean config = entry.key().isIn(Origin.CONFIG) && !entry.key().isChange();
            if (config && !entry.tombstone() && !wanted.containsKey(entry.key())) {
                changed(Optional.of(entry), entry.key(), new TreeMap<>(), stamp).ifPresent(entries::add);
            }
        }
        if (strict && !entries.isEmpty()) {
            check(state, state.afterDecision(entries, stamp));
        }
        return entries.isEmpty() ? Change.none("services and routes are as before")
                : new Change(entries, words(state, entries));
    }

    private static Optional<Entry> changed(Optional<Entry> held, Key key, SortedMap<String, Object> fields,
            Stamp stamp) {
        List<Register> registers = new ArrayList<>();
        fields.forEach((name, value) -> {
            Optional<Object> there = held.flatMap(entry -> entry.value(name));
            if (there.isEmpty() || !there.get().equals(value)) {
                registers.add(Register.set(name, stamp, value));
            }
        });
        held.stream().flatMap(entry -> entry.registers().stream())
                .filter(register -> register.isSet() && !fields.containsKey(register.name()))
                .forEach(register -> registers.add(Register.unset(register.name(), stamp)));
        return registers.isEmpty() ? Optional.empty() : Optional.of(Entry.of(key, registers));
    }

    private static void check(RegistryState before, RegistryState after) throws CommandRefused {
        for (Route route : before.topology().routes()) {
            boolean wanted = after.resource(Key.route(Origin.OPERATOR, route.host(), route.path())).present();
            if (wanted && after.route(route.host(), route.path()).isEmpty()) {
                throw new CommandRefused(409, "config no longer has service \"" + route.service() + "\", but "
                        + FieldTexts.route(route)
                        + ", set by command, leads to it: remove that route first");
            }
        }
        if (after.lacksRoutes() && !before.lacksRoutes()) {
            throw new CommandRefused(409, "with this config there would be services "
                    + String.join(", ", after.topology().services().keySet())
                    + " and no route, since the operator removed those it declares: add a route first");
        }
    }

    /** What it changes, and what it does not change because the operator overrules it. */
    private static String words(RegistryState before, List<Entry> entries) {
        boolean first = before.entries().all().stream()
                .noneMatch(entry -> entry.key().isIn(Origin.CONFIG) && !entry.key().isChange());
        if (first) {
            return "config declared";
        }
        Effects effects = new Effects(new ArrayList<>(), new ArrayList<>());
        entries.forEach(entry -> effects.add(entry, before.resource(entry.key().in(Origin.OPERATOR))));
        return effects.words();
    }

    private record Effects(List<String> changes, List<String> overruled) {

        void add(Entry entry, LayeredResource resource) {
            String name = FieldTexts.name(entry.key());
            Map<String, Object> operator = resource.operator().map(LayeredResource::said).orElse(Map.of());
            Object wanted = operator.get(EntryFields.PRESENT);
            Optional<Register> presence = entry.register(EntryFields.PRESENT);
            boolean dropped = presence.filter(register -> !register.isSet()).isPresent();
            if (Boolean.FALSE.equals(wanted) && !dropped) {
                overruled.add(name + " (the operator has removed it)");
            } else if (Boolean.TRUE.equals(wanted) && dropped) {
                overruled.add(name + " removed (the operator has added it)");
            } else if (presence.isPresent()) {
                changes.add(name + (dropped ? " removed" : " added"));
            } else {
                entry.registers().forEach(register -> add(name, register, resource, operator));
            }
        }

        private void add(String name, Register register, LayeredResource resource,
                Map<String, Object> operator) {
            String field = register.name();
            Object old = resource.config().flatMap(said -> said.value(field)).orElse(null);
            String change = name + " " + FieldTexts.change(field, old, register.value().orElse(null));
            if (operator.containsKey(field)) {
                overruled.add(change + " (the operator has set "
                        + FieldTexts.text(field, operator.get(field)) + ")");
            } else {
                changes.add(change);
            }
        }

        private String words() {
            return (changes.isEmpty() ? "config changed, with no effect" : "config changed: "
                    + FieldTexts.listed(changes)) + (overruled.isEmpty() ? ""
                    : "; overruled by the operator: " + FieldTexts.listed(overruled));
        }
    }
}
