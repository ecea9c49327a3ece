package dev.gyre.api;

import dev.gyre.config.Durations;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.NameStatus;
import dev.gyre.model.Topology;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How names stand, beside the backends that they stand for. */
final class ResolvedNames {

    private ResolvedNames() {
    }

    /** Tells each row of a name how the name stands; one that has no address gets a row for that. */
    static void add(Map<String, JsonObject> rows, Topology topology, Map<String, NameStatus> names) {
        topology.services().values().forEach(service -> {
            service.unresolved().forEach((url, why) -> {
                JsonObject row = new JsonObject().put("service", service.name()).put("url", url.toString())
                        .put("state", "unresolved").put("dns", dns(names.get(url.host())));
                rows.put(new BackendId(service.name(), url).toString(), row);
                // Its name is known, or it has none, but what it stands for is no backend's address.
                if (names.get(url.host()) == null || names.get(url.host()).failing().isEmpty()) {
                    row.put("reason", why);
                }
            });
            service.backends().stream().filter(backend -> backend.address().isPresent())
                    .forEach(backend -> rows.get(service.id(backend).toString())
                            .put("dns", dns(names.get(backend.url().host()))));
        });
    }

    /** A name that was removed in this moment has no status any more. */
    private static JsonObject dns(NameStatus status) {
        JsonObject json = new JsonObject();
        Optional.ofNullable(status).ifPresent(known -> {
            json.put("state", known.failing().isPresent() ? "failing"
                            : known.counts().lookups() == 0 ? "asked" : "resolved")
                    .put("since", known.since().toString());
            known.ttl().ifPresent(ttl -> json.put("ttl", Durations.text(ttl)));
            known.failing().ifPresent(why -> json.put("reason", why));
        });
        return json;
    }

    /** What a backend that was just added stands for, where it has a name. */
    static JsonObject noted(JsonObject reply, BackendId id, Topology topology) {
        Optional.ofNullable(topology.services().get(id.service())).ifPresent(service -> {
            List<String> addresses = service.backends().stream()
                    .filter(backend -> service.id(backend).isOf(id))
                    .map(Backend::address).flatMap(Optional::stream).toList();
            if (!addresses.isEmpty()) {
                reply.put("addresses", new JsonArray(addresses));
            }
            Optional.ofNullable(service.unresolved().get(id.url()))
                    .ifPresent(why -> reply.put("unresolved", why));
        });
        return reply;
    }
}
