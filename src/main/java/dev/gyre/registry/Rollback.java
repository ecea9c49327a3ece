package dev.gyre.registry;

import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Makes the topology what it was at an earlier version. It writes what the operator must say for that over
 * what config says now; config's own entries stay, and so do announcements: of a backend that has announced
 * itself only what the operator said comes back. Drains and holds that would have ended by themselves since
 * then are over.
 *
 * @param to the version, or as many of its first characters as no other has
 */
public record Rollback(String to) implements Command {

    @Override
    public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
        History history = new History(state);
        History.Point point = history.find(to);
        State past = State.of(history.entriesAt(point));
        State target = past.with(new EndDrains().on(past, stamp, now).entries())
                .with(new EndHolds().on(past, stamp, now).entries());
        List<Entry> entries = new Steps(state, target, stamp).all();
        if (entries.isEmpty()) {
            return Change.none("all is as at version " + point.version() + " already");
        }
        if (state.with(entries).undecided()) {
            throw new CommandRefused(409, "version " + point.version() + " cannot come back: it has services "
                    + String.join(", ", target.topology().services().keySet())
                    + " and no route, so that nobody could say which requests go where");
        }
        return new Change(entries, "rolled back to version " + point.version() + point.change()
                .map(change -> " of " + change.time() + " (after: " + change.what() + ")").orElse(""));
    }

    /** From one state to the other. */
    private record Steps(State now, State target, Stamp stamp) {

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
            Stream.concat(now.entries().keys(Key.Kind.ROUTE), target.entries().keys(Key.Kind.ROUTE))
                    .distinct().flatMap(key -> route(key).stream()).forEach(entries::add);
            return entries;
        }

        private Optional<Entry> service(Service wanted) {
            Service there = now.topology().services().get(wanted.name());
            boolean same = there != null && there.policy().equals(wanted.policy())
                    && there.heldUntil().equals(wanted.heldUntil());
            JsonObject fields = Policies.json(wanted.policy());
            wanted.heldUntil().ifPresent(until -> fields.put(Overlay.HELD_UNTIL, until.toEpochMilli()));
            return same ? Optional.empty()
                    : Optional.of(now.thing(Key.service(Origin.OPERATOR, wanted.name()))
                            .wantedAs(fields, stamp));
        }

        /** Backends that either state has heard of, removed ones included. */
        private Stream<Key> known(String service) {
            return Stream.concat(now.entries().backendKeys(service), target.entries().backendKeys(service))
                    .distinct();
        }

        private Optional<Entry> backend(Key key) {
            Thing there = now.thing(key);
            Thing wanted = target.thing(key);
            if (there.discovery().isPresent() || wanted.discovery().isPresent()) {
                return there.operator().equals(wanted.operator()) ? Optional.empty()
                        : Optional.of(wanted.operator().map(fields -> Entry.of(key, stamp, fields))
                                .orElseGet(() -> Entry.tombstone(key, stamp)));
            }
            if (!wanted.present()) {
                return there.present() ? Optional.of(there.unwanted(stamp)) : Optional.empty();
            }
            boolean same = there.present() && fields(there).equals(fields(wanted));
            if (same) {
                return Optional.empty();
            }
            boolean enters = !there.present() || drains(there) && !drains(wanted);
            Instant since = enters ? Instant.ofEpochMilli(stamp.wall())
                    : Since.of(now.entries(), key).orElse(Instant.EPOCH);
            return Optional.of(Since.dated(there.wantedAs(fields(wanted), stamp), since));
        }

        private static boolean drains(Thing backend) {
            return backend.fields().getBoolean(Overlay.DRAINING, false);
        }

        /** Only what says something. */
        private static JsonObject fields(Thing backend) {
            JsonObject all = backend.fields();
            JsonObject fields = new JsonObject().put(Overlay.WEIGHT, all.getInteger(Overlay.WEIGHT, 1));
            Optional.ofNullable(all.getString(Overlay.ZONE))
                    .ifPresent(zone -> fields.put(Overlay.ZONE, zone));
            if (drains(backend)) {
                fields.put(Overlay.DRAINING, true);
                Optional.ofNullable(all.getLong(Overlay.UNTIL))
                        .ifPresent(until -> fields.put(Overlay.UNTIL, until));
            }
            return fields;
        }

        private Optional<Entry> route(Key key) {
            Thing there = now.thing(key);
            Optional<Route> wanted = target.route(key.head(), key.tail());
            String leadsTo = there.present() ? there.fields().getString(Overlay.SERVICE, "") : "";
            if (wanted.isPresent()) {
                JsonObject fields = Overlay.fields(wanted.get());
                return there.present() && there.fields().equals(fields) ? Optional.empty()
                        : Optional.of(there.wantedAs(fields, stamp));
            }
            // One that leads nowhere now must not come to life with the service it leads to.
            boolean unwanted = now.route(key.head(), key.tail()).isPresent()
                    || target.topology().services().containsKey(leadsTo);
            return unwanted ? Optional.of(there.unwanted(stamp)) : Optional.empty();
        }
    }
}
