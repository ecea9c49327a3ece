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

/** The status of names, in listings of their backends. */
final class ResolvedNames {

    private ResolvedNames() {
    }

    /** Adds the status of its name to each row; a name without an address gets a row of its own. */
    static void add(Map<String, JsonObject> rows, Topology topology, Map<String, NameStatus> names) {
        topology.services().values().forEach(service -> {
            service.unresolved().forEach((url, why) -> {
                JsonObject row = new JsonObject().put("service", service.name()).put("url", url.toString())
                        .put("state", "unresolved").put("dns", dns(names.get(url.host())));
                rows.put(new BackendId(service.name(), url).toString(), row);
                // It has a literal address or a resolved name, but no address that a backend may have.
                if (names.get(url.host()) == null || names.get(url.host()).failing().isEmpty()) {
                    row.put("reason", why);
                }
            });
            service.backends().stream().filter(backend -> backend.address().isPresent())
                    .forEach(backend -> rows.get(service.id(backend).toString())
                            .put("dns", dns(names.get(backend.url().host()))));
        });
    }

    /** A name removed at this moment no longer has a status. */
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

    /** The addresses of a backend just added, if it has a name. */
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
