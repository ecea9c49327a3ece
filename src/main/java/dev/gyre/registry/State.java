package dev.gyre.registry;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What a command is judged against; immutable.
 *
 * @param topology what the entries amount to
 * @param nextEnd  when the next drain or hold ends by itself
 */
record State(Entries entries, Topology topology, Optional<Instant> nextEnd) {

    static State of(Entries entries) {
        return new State(entries, Overlay.topology(entries), nextEnd(entries));
    }

    State with(List<Entry> changes) {
        if (changes.isEmpty()) {
            return this;
        }
        Entries next = entries.with(changes);
        return new State(next, Overlay.topology(next, topology, changes), nextEnd(next));
    }

    private static Optional<Instant> nextEnd(Entries entries) {
        return Stream.of(EndDrains.next(entries), EndHolds.next(entries)).flatMap(Optional::stream)
                .min(Instant::compareTo);
    }

    /** With a change and, where it changes anything, its record. */
    State changed(Command.Change change, Stamp stamp, Author author, String node) {
        if (change.entries().isEmpty()) {
            return this;
        }
        State after = with(change.entries());
        Entry record = ChangeRecord.of(change, stamp, author, node, this, after).toEntry();
        return new State(after.entries.with(List.of(record)), after.topology, after.nextEnd);
    }

    Thing thing(Key key) {
        return Thing.of(entries, key);
    }

    Thing backendThing(String service, BackendUrl url) {
        return thing(Key.backend(Origin.OPERATOR, service, url));
    }

    Service service(String name) throws CommandRefused {
        Service service = topology.services().get(name);
        if (service == null) {
            throw new CommandRefused(404, "no service \"" + name + "\" "
                    + Known.hint(name, topology.services().keySet()));
        }
        return service;
    }

    Optional<Backend> find(String service, BackendUrl url) throws CommandRefused {
        return service(service).backends().stream().filter(backend -> backend.url().equals(url)).findFirst();
    }

    Backend backend(String service, BackendUrl url) throws CommandRefused {
        Optional<Backend> found = find(service, url);
        if (found.isEmpty()) {
            throw new CommandRefused(404, "service \"" + service + "\" has no backend " + url + " "
                    + hint(service, url));
        }
        return found.get();
    }

    String hint(String service, BackendUrl url) throws CommandRefused {
        return Known.hint(url.toString(),
                service(service).backends().stream().map(backend -> backend.url().toString()).toList());
    }

    Optional<Route> route(String host, String path) {
        return topology.routes().stream()
                .filter(route -> route.host().equals(host) && route.path().equals(path)).findFirst();
    }

    /** More than one service and no route: nobody could say where a request should go. */
    boolean undecided() {
        return topology.services().size() > 1 && topology.routes().isEmpty();
    }
}
