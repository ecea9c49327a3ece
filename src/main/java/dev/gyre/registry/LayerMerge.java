package dev.gyre.registry;

import dev.gyre.config.Sizes;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Priority;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * From entries to the topology, and from a declared topology to the values of config's layer. Pure functions.
 * Resources that a change does not touch are the same instances in the topology after it.
 */
final class LayerMerge {

    private LayerMerge() {
    }

    /**
     * The topology of the entries. It omits backends of and routes to a service that does not exist, and
     * content that this version does not understand.
     *
     * @param now the time that decides which drains and holds have ended
     */
    static Topology topology(Entries entries, Instant now) {
        return topology(entries, Topology.empty(), entries.all().stream().map(Entry::key).toList(), now);
    }

    /**
     * The same, computed from the topology before.
     *
     * @param changed keys of all changed entries, and of those whose drain or hold has ended since
     */
    static Topology topology(Entries entries, Topology before, Collection<Key> changed, Instant now) {
        Map<String, Set<Key>> touched = new LinkedHashMap<>();
        Set<String> policies = new TreeSet<>();
        boolean routed = false;
        for (Key key : changed) {
            if (key.kind().equals(Key.SERVICE)) {
                touched.computeIfAbsent(key.name(), name -> new TreeSet<>());
                policies.add(key.name());
            } else if (key.kind().equals(Key.BACKEND)) {
                touched.computeIfAbsent(key.head(), name -> new TreeSet<>()).add(key.in(Origin.OPERATOR));
            } else {
                routed |= key.kind().equals(Key.ROUTE);
            }
        }
        SortedMap<String, Service> services = new TreeMap<>(before.services());
        touched.forEach((name, backends) -> service(entries, name, now, Optional.ofNullable(
                        before.services().get(name)).filter(there -> !policies.contains(name)), backends)
                .ifPresentOrElse(service -> services.put(name, service), () -> services.remove(name)));
        boolean same = !routed && services.keySet().equals(before.services().keySet());
        List<Route> routes = same ? before.routes() : routes(entries)
                .filter(route -> services.containsKey(route.service())).toList();
        return new Topology(services, routes, entries.version());
    }

    /** All wanted routes, including those to services that do not exist. */
    static Stream<Route> routes(Entries entries) {
        return resources(entries, entries.keys(Key.ROUTE)).flatMap(resource -> route(resource).stream());
    }

    /** @param before with the same policy; empty: the service is new */
    private static Optional<Service> service(Entries entries, String name, Instant now,
            Optional<Service> before, Set<Key> changed) {
        LayeredResource resource = LayeredResource.of(entries, Key.service(Origin.OPERATOR, name));
        if (!resource.present()) {
            return Optional.empty();
        }
        if (before.isPresent()) {
            boolean dated = before.get().policy().balance().slowStart().isPresent();
            return Optional.of(before.get().with(replaced(entries, before.get().backends(), changed, dated,
                    now), before.get().unresolved()));
        }
        PolicyReading read = PolicyReading.of(resource);
        boolean dated = read.policy().balance().slowStart().isPresent();
        List<Backend> backends = resources(entries, entries.backendKeys(name))
                .flatMap(backend -> backend(backend, dated, now).stream())
                .sorted(Comparator.comparing(Backend::url)).toList();
        return Optional.of(new Service(name, read.policy(), backends, resource.origin(),
                resource.heldUntil(now)));
    }

    private static List<Backend> replaced(Entries entries, List<Backend> before, Set<Key> changed,
            boolean dated, Instant now) {
        List<Backend> backends = new ArrayList<>(before);
        for (Key key : changed) {
            LayeredResource resource = LayeredResource.of(entries, key);
            BackendUrl url = url(resource).orElse(null);
            if (url == null) {
                continue;
            }
            int place = Collections.binarySearch(new Urls(backends), url);
            Optional<Backend> next = resource.present() ? backend(resource, dated, now) : Optional.empty();
            if (place >= 0) {
                next.ifPresentOrElse(backend -> backends.set(place, backend), () -> backends.remove(place));
            } else {
                next.ifPresent(backend -> backends.add(-place - 1, backend));
            }
        }
        return backends;
    }

    /** Backends as their URLs, by which they are ordered. */
    private static final class Urls extends AbstractList<BackendUrl> implements RandomAccess {

        private final List<Backend> backends;

        Urls(List<Backend> backends) {
            this.backends = backends;
        }

        @Override
        public BackendUrl get(int index) {
            return backends.get(index).url();
        }

        @Override
        public int size() {
            return backends.size();
        }
    }

    private static Stream<LayeredResource> resources(Entries entries, Stream<Key> keys) {
        return keys.map(key -> LayeredResource.of(entries, key)).filter(LayeredResource::present);
    }

    private static Optional<BackendUrl> url(LayeredResource backend) {
        try {
            return Optional.of(BackendUrl.parse(backend.key().tail()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Optional<Backend> backend(LayeredResource resource, boolean dated, Instant now) {
        int weight = resource.value(EntryFields.WEIGHT).filter(Number.class::isInstance)
                .map(value -> Math.max(1, Math.min(Backend.MAX_WEIGHT, ((Number) value).intValue())))
                .orElse(1);
        boolean draining = resource.draining(now);
        return url(resource).map(url -> new Backend(url, weight, draining, resource.origin(),
                resource.text(EntryFields.ZONE), dated ? Optional.of(resource.since(now))
                : Optional.empty()).tunnelsUntil(draining ? resource.tunnelsEnd() : Optional.empty()));
    }

    private static Optional<Route> route(LayeredResource resource) {
        String host = resource.key().head();
        String path = resource.key().tail();
        return resource.text(EntryFields.SERVICE).filter(service -> !host.isEmpty() && path.startsWith("/"))
                .map(service -> new Route(host, path, service,
                        Sizes.parse(resource.text(EntryFields.MAX_BODY).orElse("")),
                        Priority.of(resource.text(EntryFields.PRIORITY).orElse("")), resource.origin()));
    }

    /** Only layers that set a field. */
    static SortedMap<String, Object> fields(Route route) {
        SortedMap<String, Object> fields = new TreeMap<>(Map.of(EntryFields.SERVICE, route.service()));
        route.maxBody().ifPresent(most -> fields.put(EntryFields.MAX_BODY, Sizes.text(most)));
        route.priority().ifPresent(priority -> fields.put(EntryFields.PRIORITY, priority.word()));
        return fields;
    }

    /** The declared topology, field by field, as values of config's layer. */
    static SortedMap<Key, SortedMap<String, Object>> declared(Topology topology) {
        SortedMap<Key, SortedMap<String, Object>> values = new TreeMap<>();
        for (Service service : topology.services().values()) {
            JsonObject policy = Policies.json(service.policy());
            values.put(Key.service(Origin.CONFIG, service.name()), SettingPaths.flat(policy));
            for (Backend backend : service.backends()) {
                SortedMap<String, Object> value =
                        new TreeMap<>(Map.of(EntryFields.WEIGHT, backend.weight()));
                backend.zone().ifPresent(zone -> value.put(EntryFields.ZONE, zone));
                if (backend.draining()) {
                    value.put(EntryFields.DRAINING, true);
                }
                values.put(Key.backend(Origin.CONFIG, service.name(), backend.url()), value);
            }
        }
        for (Route route : topology.routes()) {
            values.put(Key.route(Origin.CONFIG, route.host(), route.path()), fields(route));
        }
        values.values().forEach(fields -> fields.put(EntryFields.PRESENT, true));
        return values;
    }
}
