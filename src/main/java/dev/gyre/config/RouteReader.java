package dev.gyre.config;

import dev.gyre.model.Origin;
import dev.gyre.model.Priority;
import dev.gyre.model.Route;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A route to and from JSON: {@code host} (default any), {@code path} (default any), {@code service},
 * {@code maxBody} and {@code priority}.
 */
public final class RouteReader {

    private RouteReader() { }

    /**
     * Whether the service exists is the caller's to check.
     *
     * @param path where {@code json} stands; empty for a command
     * @param json those five keys and no other
     */
    public static Checked<Route> read(String path, JsonObject json, Origin origin) {
        Findings findings = new Findings();
        Optional<Route> route = read(new Fields(path, json, SettingsTable.ROUTE, findings), origin);
        return route.isPresent() ? findings.check(route.get()) : findings.rejected();
    }

    public static JsonObject write(Route route) {
        JsonObject json = new JsonObject()
                .put("host", route.host())
                .put("path", route.path())
                .put("service", route.service());
        route.maxBody().ifPresent(most -> json.put("maxBody", Sizes.text(most)));
        route.priority().ifPresent(priority -> json.put("priority", priority.word()));
        return json;
    }

    /** Empty, with the mistakes noted, when a part of it is unusable. */
    static Optional<Route> read(Fields fields, Origin origin) {
        Optional<String> host = fields.value("host").map(RouteReader::host)
                .orElse(Optional.of(Route.ANY_HOST));
        Optional<String> path = fields.value("path").map(RouteReader::path)
                .orElse(Optional.of(Route.ANY_PATH));
        Optional<String> service = fields.required("service").flatMap(Value::text);
        OptionalLong maxBody = fields.optionalBytes("maxBody");
        Optional<Priority> priority = fields.word("priority", Priority::of);
        fields.done();
        return host.isEmpty() || path.isEmpty() || service.isEmpty()
                ? Optional.empty()
                : Optional.of(new Route(host.get(), path.get(), service.get(), maxBody, priority,
                        origin));
    }

    private static Optional<String> host(Value value) {
        Optional<String> host = value.text().map(text -> text.toLowerCase(Locale.ROOT));
        if (host.isPresent() && !Names.isRouteHost(host.get())) {
            value.refuse(value.expected());
            return Optional.empty();
        }
        return host;
    }

    private static Optional<String> path(Value value) {
        Optional<String> path = value.text();
        if (path.isPresent() && !Names.isRoutePath(path.get())) {
            value.refuse(value.expected());
            return Optional.empty();
        }
        return path;
    }
}
