package dev.gyre.registry;

import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Topology;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Replaces what config says. Values that stay keep their stamp, so that saying the same again changes
 * nothing; what config no longer names becomes a tombstone of its layer. The operator's layer is not touched.
 *
 * @param strict refuse what would leave the operator's routes without a service, or several services without
 *               a route; a node that starts is not strict, for it would otherwise not serve at all
 */
record Declare(Topology declared, boolean strict) implements Command {

    @Override
    public Change on(State state, Stamp stamp, Instant now) throws CommandRefused {
        SortedMap<Key, JsonObject> wanted = Overlay.declared(declared);
        List<Entry> entries = new ArrayList<>();
        wanted.forEach((key, value) -> {
            Optional<Entry> held = state.entries().entry(key).filter(entry -> !entry.tombstone());
            if (held.filter(entry -> Since.without(entry.value()).equals(value)).isEmpty()) {
                boolean stays = held.isPresent() && key.kind() == Key.Kind.BACKEND;
                entries.add(Entry.of(key, stamp, stays ? Since.kept(held.get(), value) : value));
            }
        });
        for (Entry entry : state.entries().all()) {
            boolean config = entry.key().layer() == Origin.CONFIG && !entry.key().isChange();
            if (config && !entry.tombstone() && !wanted.containsKey(entry.key())) {
                entries.add(Entry.tombstone(entry.key(), stamp));
            }
        }
        if (strict && !entries.isEmpty()) {
            check(state, state.with(entries));
        }
        return new Change(entries, entries.isEmpty() ? "config says the same" : "config declared");
    }

    private static void check(State before, State after) throws CommandRefused {
        for (Route route : before.topology().routes()) {
            boolean wanted = after.thing(Key.route(Origin.OPERATOR, route.host(), route.path())).present();
            if (wanted && after.route(route.host(), route.path()).isEmpty()) {
                throw new CommandRefused(409, "config no longer has service \"" + route.service() + "\", but "
                        + RouteCommand.name(route)
                        + ", set by command, leads to it: remove that route first");
            }
        }
        if (after.undecided() && !before.undecided()) {
            throw new CommandRefused(409, "with this config there would be services "
                    + String.join(", ", after.topology().services().keySet())
                    + " and no route, since the operator removed those it declares: add a route first");
        }
    }
}
