package dev.gyre.registry;

import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Restores the topology of an earlier version. It sets the operator's fields over the current config;
 * config's own entries and announcements stay: of an announced backend only the operator's fields are
 * restored. Drains and holds whose deadlines have passed since then stay ended.
 *
 * @param to the version, or its first characters, enough to be unique
 */
public record Rollback(String to) implements Command {

    @Override
    public Change on(RegistryState state, Stamp stamp) throws CommandRefused {
        History history = new History(state);
        History.Point point = history.find(to, false);
        RegistryState target = RegistryState.of(history.entriesAt(point), state.now());
        List<Entry> entries = new Steps(state, target, stamp).all();
        SortedSet<String> uncertain = history.uncertain(point);
        String doubt = uncertain.isEmpty() ? "" : "; perhaps not restored, because the history does not"
                + " have the former value: " + FieldTexts.listed(List.copyOf(uncertain));
        if (entries.isEmpty()) {
            return Change.none("everything is as at version " + point.version() + " already" + doubt);
        }
        RegistryState after = state.afterDecision(entries, stamp);
        if (after.lacksRoutes()) {
            throw new CommandRefused(409, "version " + point.version() + " cannot come back: it has services "
                    + String.join(", ", target.topology().services().keySet())
                    + " and no route, so that no request would have a service");
        }
        List<String> changes = state.changes(after, entries).entrySet().stream()
                .map(one -> FieldTexts.name(one.getKey()) + " " + String.join(", ", one.getValue())).toList();
        return new Change(entries, "rolled back to version " + point.version() + point.change()
                .map(change -> (change.timed() ? " of " + change.time() : "") + " (after: " + change.shortly()
                        + ")").orElse("") + (changes.isEmpty() ? "" : ": " + FieldTexts.listed(changes))
                + doubt);
    }

    /** From one state to the other. */
    private record Steps(RegistryState now, RegistryState target, Stamp stamp) {

        List<Entry> all() {
            List<Entry> entries = new ArrayList<>();
            TreeSet<String> services = new TreeSet<>(now.topology().services().keySet());
            services.addAll(target.topology().services().keySet());
            for (String name : services) {
                Optional<Service> wanted = Optional.ofNullable(target.topology().services().get(name));
                if (wanted.isEmpty()) {
                    entries.addAll(ServiceCommand.Remove.unwanted(now, name, stamp));
                } else {
                    service(wanted.get()).ifPresent(entries::add);
                    known(name).flatMap(key -> backend(key).stream()).forEach(entries::add);
                }
            }
            Stream.concat(now.entries().keys(Key.ROUTE), target.entries().keys(Key.ROUTE))
                    .distinct().flatMap(key -> route(key).stream()).forEach(entries::add);
            return entries;
        }

        private Optional<Entry> service(Service wanted) {
            Service there = now.topology().services().get(wanted.name());
            boolean same = there != null && there.policy().equals(wanted.policy())
                    && there.heldUntil().equals(wanted.heldUntil());
            SortedMap<String, Object> fields = SettingPaths.flat(Policies.json(wanted.policy()));
            wanted.heldUntil().ifPresent(until -> fields.put(EntryFields.HELD_UNTIL, until.toEpochMilli()));
            return same ? Optional.empty()
                    : now.resource(Key.service(Origin.OPERATOR, wanted.name())).wantedAs(fields, stamp);
        }

        /** The backends of both states, removed ones included. */
        private Stream<Key> known(String service) {
            return Stream.concat(now.entries().backendKeys(service), target.entries().backendKeys(service))
                    .distinct();
        }

        private Optional<Entry> backend(Key key) {
            LayeredResource there = now.resource(key);
            LayeredResource wanted = target.resource(key);
            if (there.discovery().isPresent() || wanted.discovery().isPresent()) {
                return sayAs(there, wanted);
            }
            if (!wanted.present()) {
                return there.present() ? Optional.of(there.removal(stamp)) : Optional.empty();
            }
            boolean same = there.present() && fields(there).equals(fields(wanted));
            return same ? Optional.empty() : there.wantedAs(fields(wanted), stamp);
        }

        /** The operator's fields are those of then, whatever the announcement has. */
        private Optional<Entry> sayAs(LayeredResource there, LayeredResource wanted) {
            Map<String, Object> said = there.operator().map(LayeredResource::said).orElse(Map.of());
            Map<String, Object> then = wanted.operator().map(LayeredResource::said).orElse(Map.of());
            List<Register> registers = new ArrayList<>();
            then.forEach((name, value) -> {
                if (!said.containsKey(name) || !Objects.equals(said.get(name), value)) {
                    registers.add(Register.set(name, stamp, value));
                }
            });
            said.keySet().stream().filter(name -> !then.containsKey(name))
                    .forEach(name -> registers.add(Register.unset(name, stamp)));
            return registers.isEmpty() ? Optional.empty() : Optional.of(Entry.of(there.key(), registers));
        }

        /** Only layers that set a field. */
        private SortedMap<String, Object> fields(LayeredResource backend) {
            SortedMap<String, Object> fields = new TreeMap<>();
            fields.put(EntryFields.WEIGHT, backend.value(EntryFields.WEIGHT).orElse(1));
            backend.text(EntryFields.ZONE).ifPresent(zone -> fields.put(EntryFields.ZONE, zone));
            if (backend.draining(now.now())) {
                fields.put(EntryFields.DRAINING, backend.drainEnd().<Object>map(until ->
                        new JsonObject().put(EntryFields.UNTIL, until.toEpochMilli())).orElse(true));
                backend.tunnelsEnd().ifPresent(until ->
                        fields.put(EntryFields.TUNNELS_UNTIL, until.toEpochMilli()));
            }
            return fields;
        }

        private Optional<Entry> route(Key key) {
            LayeredResource there = now.resource(key);
            Optional<Route> wanted = target.route(key.head(), key.tail());
            Optional<Route> leads = now.route(key.head(), key.tail());
            if (wanted.isPresent()) {
                SortedMap<String, Object> fields = LayerMerge.fields(wanted.get());
                return leads.isPresent() && LayerMerge.fields(leads.get()).equals(fields) ? Optional.empty()
                        : there.wantedAs(fields, stamp);
            }
            // A route without a service now must not appear with a later service of that name.
            boolean unwanted = leads.isPresent() || there.present() && target.topology().services()
                    .containsKey(there.text(EntryFields.SERVICE).orElse(""));
            return unwanted ? Optional.of(there.removal(stamp)) : Optional.empty();
        }
    }
}
