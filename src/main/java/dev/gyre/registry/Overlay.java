package dev.gyre.registry;

import dev.gyre.config.Sizes;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Priority;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** From entries to the topology they amount to, and from a declared topology to entries. Pure functions. */
final class Overlay {

    static final String WEIGHT = "weight";
    static final String DRAINING = "draining";
    /** When a drain ends by itself, in milliseconds since 1970. */
    static final String UNTIL = "until";
    /** Until when a service is held, in milliseconds since 1970; said by the operator only. */
    static final String HELD_UNTIL = "heldUntil";
    static final String SERVICE = "service";
    static final String ZONE = "zone";
    /** A size as text. */
    static final String MAX_BODY = "maxBody";
    static final String PRIORITY = "priority";

    private Overlay() {
    }

    /**
     * The topology that counts. Whatever belongs to a service that is not there is left out: its backends,
     * and routes to it.
     */
    static Topology topology(Entries entries) {
        return topology(entries, Topology.empty(), entries.all());
    }

    /**
     * The same, from what it was before these changes: one change of 20,000 entries would else cost 25 ms.
     */
    static Topology topology(Entries entries, Topology before, Collection<Entry> changes) {
        Map<String, Service> services = new TreeMap<>(before.services());
        changes.stream().map(Entry::key).flatMap(key -> switch (key.kind()) {
            case SERVICE -> Stream.of(key.name());
            case BACKEND -> Stream.of(key.head());
            case ROUTE, CHANGE -> Stream.<String>empty();
        }).distinct().forEach(name -> service(entries, name).ifPresentOrElse(
                service -> services.put(name, service), () -> services.remove(name)));
        boolean same = changes.stream().allMatch(entry -> entry.key().kind() == Key.Kind.BACKEND);
        List<Route> routes = same ? before.routes()
                : things(entries, entries.keys(Key.Kind.ROUTE)).map(Overlay::route)
                        .filter(route -> services.containsKey(route.service())).toList();
        return new Topology(services, routes, entries.version());
    }

    /**
     * Reads everything, also what belongs to no service as yet.
     *
     * @throws IllegalArgumentException or ClassCastException when a value makes no sense
     */
    static void check(Entries entries) {
        topology(entries);
        things(entries, entries.keys(Key.Kind.BACKEND))
                .forEach(thing -> backend(thing, Since.of(entries, thing.key())));
        Announced.all(entries);
    }

    private static Optional<Service> service(Entries entries, String name) {
        return things(entries, Stream.of(Key.service(Origin.OPERATOR, name))).findFirst().map(thing -> {
            ServicePolicy policy = Policies.read(thing);
            boolean dated = policy.balance().slowStart().isPresent();
            List<Backend> own = things(entries, entries.backendKeys(name))
                    .map(backend -> backend(backend,
                            dated ? Since.of(entries, backend.key()) : Optional.empty()))
                    .sorted(Comparator.comparing(Backend::url)).toList();
            return new Service(name, policy, own, thing.origin(), heldUntil(thing.fields()));
        });
    }

    static Optional<Instant> heldUntil(JsonObject service) {
        return Optional.ofNullable(service.getLong(HELD_UNTIL)).map(Instant::ofEpochMilli);
    }

    private static Stream<Thing> things(Entries entries, Stream<Key> keys) {
        return keys.map(key -> Thing.of(entries, key)).filter(Thing::present);
    }

    private static Backend backend(Thing thing, Optional<Instant> since) {
        JsonObject fields = thing.fields();
        int weight = Math.max(1, Math.min(Backend.MAX_WEIGHT, fields.getInteger(WEIGHT, 1)));
        return new Backend(BackendUrl.parse(thing.key().tail()), weight, fields.getBoolean(DRAINING, false),
                thing.origin(), Optional.ofNullable(fields.getString(ZONE)), since);
    }

    private static Route route(Thing thing) {
        JsonObject fields = thing.fields();
        return new Route(thing.key().head(), thing.key().tail(), fields.getString(SERVICE, ""),
                Sizes.parse(fields.getString(MAX_BODY, "")), Priority.of(fields.getString(PRIORITY, "")),
                thing.origin());
    }

    /** Only what says something. */
    static JsonObject fields(Route route) {
        JsonObject fields = new JsonObject().put(SERVICE, route.service());
        route.maxBody().ifPresent(most -> fields.put(MAX_BODY, Sizes.text(most)));
        route.priority().ifPresent(priority -> fields.put(PRIORITY, priority.word()));
        return fields;
    }

    /** What config says, as values of its layer. */
    static SortedMap<Key, JsonObject> declared(Topology topology) {
        SortedMap<Key, JsonObject> values = new TreeMap<>();
        for (Service service : topology.services().values()) {
            values.put(Key.service(Origin.CONFIG, service.name()), Policies.json(service.policy()));
            for (Backend backend : service.backends()) {
                JsonObject value = new JsonObject().put(WEIGHT, backend.weight());
                backend.zone().ifPresent(zone -> value.put(ZONE, zone));
                values.put(Key.backend(Origin.CONFIG, service.name(), backend.url()),
                        backend.draining() ? value.put(DRAINING, true) : value);
            }
        }
        for (Route route : topology.routes()) {
            values.put(Key.route(Origin.CONFIG, route.host(), route.path()), fields(route));
        }
        return values;
    }
}
