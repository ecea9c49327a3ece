package dev.gyre.api;

import dev.gyre.config.Durations;
import dev.gyre.config.RouteReader;
import dev.gyre.config.ServicePolicyReader;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Condition;
import dev.gyre.model.HoldStats;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.Route;
import dev.gyre.model.Scope;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import dev.gyre.registry.AnnouncedBackend;
import dev.gyre.registry.CommandRefused;
import dev.gyre.registry.LayerListing;
import dev.gyre.registry.Registry;
import dev.gyre.registry.Suggestions;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The commands that only read: the wanted state from the topology, the observed state from this node. */
final class Listings {

    private final Registry registry;
    private final Observed observed;

    Listings(Registry registry, Observed observed) {
        this.registry = registry;
        this.observed = observed;
    }

    Future<JsonObject> backends(CommandFields fields) throws CommandRefused {
        Optional<String> only = fields.text("service", "the name of a service");
        fields.done();
        return CommandThreads.here(observed.stats()).compose(stats -> {
            Topology topology = observed.topology();
            Map<String, JsonObject> rows = rows(topology, stats, observed.backendHealth());
            ResolvedNames.add(rows, topology, observed.nameStatuses());
            Map<BackendId, AnnouncedBackend> announced = AnnouncedBackend.all(registry.entries());
            if (!announced.isEmpty()) {
                rows.values().forEach(row -> announced(row, announced));
            }
            if (only.isPresent()) {
                rows.values().removeIf(row -> !row.getString("service").equals(only.get()));
            }
            LayerListing layers = registry.layers();
            rows.values().forEach(row -> row.put("fields", layers.backend(id(row.getString("service"),
                    row))));
            boolean unknown = only.isPresent() && rows.isEmpty()
                    && !topology.services().containsKey(only.get());
            return unknown
                    ? Future.failedFuture(new CommandRefused(404, "no service \"" + only.get() + "\" "
                            + Suggestions.hint(only.get(), topology.services().keySet())))
                    : Future.succeededFuture(reply(topology)
                            .put("backends", new JsonArray(List.copyOf(rows.values()))));
        });
    }

    /** The wanted backends, then removed ones with requests in flight; by service and URL. */
    private static Map<String, JsonObject> rows(Topology topology, Map<BackendId, BackendStats> stats,
                                                BackendHealth backendHealth) {
        Map<String, JsonObject> rows = new TreeMap<>();
        for (Service service : topology.services().values()) {
            for (Backend backend : service.backends()) {
                BackendId id = service.id(backend);
                JsonObject row = backend(service.name(), backend);
                backendHealth.of(id).ifPresent(condition -> health(row, condition));
                service.heldUntil().ifPresent(until -> row.put("heldUntil", until.toString()));
                row.mergeIn(limits(service.policy().pool(), Optional.ofNullable(stats.get(id))));
                rows.put(id.toString(), row.mergeIn(seen(stats.getOrDefault(id, untouched(id)))));
            }
        }
        stats.forEach((id, seen) -> rows.computeIfAbsent(id.toString(), absent -> new JsonObject()
                .put("service", id.service()).put("url", id.url().toString()).put("state", "removing")
                .mergeIn(address(id.address())).mergeIn(seen(seen))));
        return rows;
    }

    private static BackendId id(String service, JsonObject row) {
        return new BackendId(service, BackendUrl.parse(row.getString("url")));
    }

    /** The limit and, if all nodes share it, this node's share. */
    private static JsonObject limits(PoolPolicy pool, Optional<BackendStats> stats) {
        JsonObject json = new JsonObject().put("maxConnections", pool.maxConnections());
        if (pool.scope() == Scope.CLUSTER) {
            stats.ifPresent(seen -> json.put("share", seen.limit()));
        }
        return json;
    }

    private static void announced(JsonObject row, Map<BackendId, AnnouncedBackend> announced) {
        Optional.ofNullable(announced.get(id(row.getString("service"), row))).ifPresent(one -> {
            row.put("ttl", Durations.text(one.ttl()));
            one.ending().ifPresent(reason -> row.put("ending", reason));
        });
    }

    /** A drain is shown before the health: a draining backend gets no request either way. */
    private static void health(JsonObject row, Condition condition) {
        String word = condition.state().name().toLowerCase(Locale.ROOT);
        if (!condition.healthy() && row.getString("state").equals("up")) {
            row.put("state", word);
        }
        row.put("health", word).put("reason", condition.reason()).put("since", condition.since().toString());
        condition.until().ifPresent(until -> row.put("until", until.toString()));
    }

    private static JsonObject address(Optional<String> address) {
        JsonObject json = new JsonObject();
        address.ifPresent(text -> json.put("address", text));
        return json;
    }

    /** A backend without any request yet. */
    private static BackendStats untouched(BackendId id) {
        return new BackendStats(id, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Duration.ZERO, Optional.empty(),
                Optional.empty());
    }

    private static JsonObject seen(BackendStats stats) {
        JsonObject json = new JsonObject()
                .put("inFlight", stats.inFlight()).put("inUse", stats.inUse()).put("idle", stats.idle())
                .put("queued", stats.queued())
                .put("waitMedianMs", Math.round(stats.waitMedian().toNanos() / 10_000.0) / 100.0)
                .put("refused", stats.refused()).put("requests", stats.requests())
                .put("failures", stats.failures()).put("opened", stats.opened());
        stats.saturation().ifPresent(words -> json.put("saturation", words));
        stats.connectFailure().ifPresent(reason -> json.put("connectFailure", reason));
        return json;
    }

    Future<JsonObject> services(CommandFields fields) throws CommandRefused {
        fields.done();
        Topology topology = registry.topology();
        LayerListing layers = registry.layers();
        return Future.succeededFuture(reply(topology).put("services", new JsonArray(
                topology.services().values().stream().map(service ->
                        admitted(waits(service(service, layers), service.name()), service.name()))
                        .toList())));
    }

    private JsonObject waits(JsonObject row, String service) {
        HoldStats stats = observed.holds().getOrDefault(service, new HoldStats(0, 0, 0));
        return row.put("waiting", stats.waiting());
    }

    private JsonObject admitted(JsonObject row, String service) {
        Optional.ofNullable(observed.concurrency().get(service)).ifPresent(stats -> row.put("concurrency",
                new JsonObject().put("limit", stats.limit()).put("inFlight", stats.inFlight())
                        .put("refused", stats.refusedInAll())));
        return row;
    }

    Future<JsonObject> routes(CommandFields fields) throws CommandRefused {
        fields.done();
        Topology topology = registry.topology();
        return Future.succeededFuture(reply(topology).put("routes", routes(topology, registry.layers())));
    }

    /**
     * Services by name and routes, shaped as in the config, with the layer of each field; declared resources
     * that the operator has removed, and content that this version does not understand.
     */
    Future<JsonObject> topology(CommandFields fields) throws CommandRefused {
        fields.done();
        Topology topology = registry.topology();
        LayerListing layers = registry.layers();
        JsonObject services = new JsonObject();
        topology.services().forEach((name, service) -> {
            JsonObject json = service(service, layers);
            json.remove("name");
            services.put(name, json);
        });
        return Future.succeededFuture(reply(topology).put("services", services)
                .put("routes", routes(topology, layers)).put("removed", layers.removed())
                .put("notUnderstood", layers.notUnderstood()));
    }

    private static JsonObject reply(Topology topology) {
        return new JsonObject().put("ok", true).put("version", topology.version());
    }

    private static JsonArray routes(Topology topology, LayerListing layers) {
        return new JsonArray(topology.routes().stream().map((Route route) -> RouteReader.write(route)
                .put("origin", route.origin().word())
                .put("fields", layers.route(route.host(), route.path()))).toList());
    }

    /** With the layer of each field. */
    private static JsonObject service(Service service, LayerListing layers) {
        JsonObject json = service(service).put("fields", layers.service(service.name()));
        json.getJsonArray("backends").stream().map(JsonObject.class::cast).forEach(row ->
                row.put("fields", layers.backend(id(service.name(), row))));
        return json;
    }

    static JsonObject service(Service service) {
        JsonObject json = new JsonObject().put("name", service.name()).put("origin", service.origin().word())
                .mergeIn(ServicePolicyReader.write(service.policy()))
                .put("backends", new JsonArray(service.backends().stream().map(backend -> {
                    JsonObject row = backend(service.name(), backend);
                    row.remove("service");
                    return row;
                }).toList()));
        service.heldUntil().ifPresent(until -> json.put("heldUntil", until.toString()));
        return json;
    }

    static JsonObject backend(String service, Backend backend) {
        JsonObject json = new JsonObject().put("service", service).put("url", backend.url().toString())
                .put("weight", backend.weight()).put("state", backend.draining() ? "draining" : "up")
                .put("origin", backend.origin().word());
        backend.zone().ifPresent(zone -> json.put("zone", zone));
        backend.tunnelsUntil().ifPresent(until -> json.put("tunnelsUntil", until.toString()));
        return json.mergeIn(address(backend.address()));
    }
}
