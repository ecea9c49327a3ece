package dev.gyre.registry;

import dev.gyre.config.ServicePolicyReader;
import dev.gyre.config.Sizes;
import dev.gyre.model.Backend;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares two topologies, resource by resource and field by field. */
public final class Comparison {

    private final List<Difference> found = new ArrayList<>();

    private Comparison() {
    }

    /**
     * What is compared.
     *
     * @param words  that name it in messages
     * @param fields flat, each by its full name
     */
    private record Side(String thing, JsonObject name, String words, SortedMap<String, Object> fields) {

        Difference added() {
            return new Difference(thing, name, Optional.empty(), Optional.empty(), Optional.of(json()),
                    words + " added" + detail());
        }

        Difference removed() {
            return new Difference(thing, name, Optional.empty(), Optional.of(json()), Optional.empty(),
                    words + " removed");
        }

        private JsonObject json() {
            return new JsonObject(new TreeMap<>(fields));
        }

        /** The fields of a service would fill the screen, and most are defaults. */
        private String detail() {
            List<String> all = fields.entrySet().stream()
                    .map(field -> field.getKey() + " " + field.getValue()).toList();
            return thing.equals("service") ? "" : ", " + String.join(", ", all);
        }
    }

    /** Services by name, each followed by its backends, then routes; empty if nothing differs. */
    public static List<Difference> between(Topology from, Topology to) {
        Comparison comparison = new Comparison();
        comparison.compare(sides(from), sides(to));
        return comparison.found;
    }

    private void compare(SortedMap<String, Side> from, SortedMap<String, Side> to) {
        TreeSet<String> keys = new TreeSet<>(from.keySet());
        keys.addAll(to.keySet());
        for (String key : keys) {
            Optional<Side> before = Optional.ofNullable(from.get(key));
            Optional<Side> after = Optional.ofNullable(to.get(key));
            if (before.isPresent() && after.isPresent()) {
                fields(before.get(), after.get());
            } else {
                before.map(Side::removed).ifPresent(found::add);
                after.map(Side::added).ifPresent(found::add);
            }
        }
    }

    private void fields(Side before, Side after) {
        TreeSet<String> names = new TreeSet<>(before.fields().keySet());
        names.addAll(after.fields().keySet());
        for (String name : names) {
            Optional<Object> from = Optional.ofNullable(before.fields().get(name));
            Optional<Object> to = Optional.ofNullable(after.fields().get(name));
            if (!from.equals(to)) {
                found.add(new Difference(before.thing(), before.name(), Optional.of(name), from, to,
                        before.words() + " changes " + name + " from " + from.orElse("none") + " to "
                                + to.orElse("none")));
            }
        }
    }

    /** By keys that sort backends behind their service, and routes behind all services. */
    private static SortedMap<String, Side> sides(Topology topology) {
        SortedMap<String, Side> sides = new TreeMap<>();
        for (Service service : topology.services().values()) {
            sides.put("1 " + service.name(), side(service));
            for (Backend backend : service.backends()) {
                sides.put("1 " + service.name() + " " + backend.url(), side(service.name(), backend));
            }
        }
        topology.routes().forEach(route ->
                sides.put("2 " + route.host() + " " + route.path(), side(route)));
        return sides;
    }

    private static Side side(Service service) {
        SortedMap<String, Object> fields = new TreeMap<>();
        flatten("", ServicePolicyReader.write(service.policy()), fields);
        service.heldUntil().ifPresent(until -> fields.put("heldUntil", until.toString()));
        return new Side("service", new JsonObject().put("service", service.name()),
                "service \"" + service.name() + "\"", fields);
    }

    private static void flatten(String path, JsonObject json, Map<String, Object> fields) {
        json.forEach(field -> {
            if (field.getValue() instanceof JsonObject inner) {
                flatten(path + field.getKey() + ".", inner, fields);
            } else {
                fields.put(path + field.getKey(), field.getValue());
            }
        });
    }

    private static Side side(String service, Backend backend) {
        String url = backend.url().toString();
        SortedMap<String, Object> fields = new TreeMap<>(Map.of("weight", backend.weight(),
                "state", backend.draining() ? "draining" : "up"));
        backend.zone().ifPresent(zone -> fields.put("zone", zone));
        return new Side("backend", new JsonObject().put("service", service).put("url", url),
                service + "/" + url, fields);
    }

    private static Side side(Route route) {
        SortedMap<String, Object> fields = new TreeMap<>(Map.of("service", route.service()));
        route.maxBody().ifPresent(most -> fields.put("maxBody", Sizes.text(most)));
        route.priority().ifPresent(priority -> fields.put("priority", priority.word()));
        return new Side("route", new JsonObject().put("host", route.host()).put("path", route.path()),
                "route " + route.host() + route.path(), fields);
    }
}
