package dev.gyre.config;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Origin;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The config's keys {@code services} and {@code routes}. */
final class TopologyReader {

    private static final String VERSION = "config";
    private static final String REFUSED =
            "the address of a server; \"backendNetworks\" lists which may be used";

    private TopologyReader() { }

    static Topology read(Fields top, BackendNetworks networks) {
        Fields services = top.object("services");
        Map<String, Service> read = new TreeMap<>();
        Optional<Value> value = top.value("services");
        if (value.isEmpty() || value.get().is(new JsonObject())) {
            top.refuse("services", value.isEmpty() ? "missing" : "empty", "at least one service");
        }
        for (String name : services.names()) {
            Names.service(services.path(name), name).ifPresent(error -> top.findings().addKey(() -> error));
            services.value(name).flatMap(Value::object)
                    .ifPresent(json -> read.put(name, service(name, json, networks)));
        }
        List<Route> routes = routes(top, new TreeSet<>(services.names()));
        return new Topology(read, routes, VERSION);
    }

    private static Service service(String name, Fields fields, BackendNetworks networks) {
        ServicePolicy policy = ServicePolicyReader.read(fields, ServicePolicy.DEFAULT);
        Map<BackendUrl, Backend> backends = new TreeMap<>();
        Map<BackendUrl, String> first = new HashMap<>();
        for (Value value : fields.items("backends")) {
            Optional<Backend> backend = BackendReader.read(value, Origin.CONFIG);
            backend.ifPresent(known -> {
                String before = first.putIfAbsent(known.url(), value.path());
                if (before != null) {
                    value.refuse("the same as " + before, "each backend once");
                }
                networks.refusal(known.url().host(), known.url().port()).ifPresent(words ->
                        value.refuse(known.url() + " is " + words, REFUSED));
                backends.put(known.url(), known);
            });
        }
        fields.done();
        return new Service(name, policy, List.copyOf(backends.values()), Origin.CONFIG);
    }

    private static List<Route> routes(Fields top, Set<String> services) {
        List<Value> items = top.items("routes");
        if (services.size() > 1 && top.value("routes").map(Value::isEmpty).orElse(true)) {
            top.refuse("routes", top.names().contains("routes") ? "empty" : "missing",
                    "at least one route, as there are " + services.size() + " services");
        }
        List<Route> routes = new ArrayList<>();
        Map<List<String>, String> first = new HashMap<>();
        for (Value item : items) {
            Optional<Route> route = item.object().flatMap(fields -> {
                refuseDangling(fields, services);
                return RouteReader.read(fields, Origin.CONFIG);
            });
            route.ifPresent(known -> {
                String before = first.putIfAbsent(List.of(known.host(), known.path()), item.path());
                if (before != null) {
                    item.refuse("the same as " + before, "each pair of host and path once");
                }
                routes.add(known);
            });
        }
        return routes;
    }

    private static void refuseDangling(Fields route, Set<String> services) {
        route.value("service").ifPresent(value -> value.asText()
                .filter(name -> !name.isBlank() && !services.contains(name))
                .ifPresent(name -> route.findings().add(ConfigError.notOneOf(value.path(), name,
                        Value.describe(name) + " is no service", services))));
    }
}
