package dev.gyre.cluster;

import io.vertx.core.json.JsonObject;
import java.util.Objects;

/**
 * The identity of a node.
 *
 * @param id      as kept in its data directory
 * @param name    for people, e.g. the host's name
 * @param member  its id on the event bus, new with each joining; empty while it is on none
 * @param address host and port in the cluster, as a literal address
 * @param version of Gyre
 * @param session 32 random hexadecimal digits for one run of its process. Sessions have no order, and no
 *                clock takes part in them
 */
record NodeIdentity(String id, String name, String member, String address, String version, String session) {

    NodeIdentity {
        Objects.requireNonNull(id);
        Objects.requireNonNull(name);
        Objects.requireNonNull(member);
        Objects.requireNonNull(address);
        Objects.requireNonNull(version);
        if (session.isEmpty()) {
            throw new IllegalArgumentException("no session");
        }
    }

    NodeIdentity on(String bus) {
        return new NodeIdentity(id, name, bus, address, version, session);
    }

    JsonObject toJson() {
        return JsonObject.of("id", id, "name", name, "member", member, "address", address, "version", version,
                "session", session);
    }

    /**
     * @throws NullPointerException or IllegalArgumentException or ClassCastException if it is not one
     */
    static NodeIdentity fromJson(JsonObject json) {
        return new NodeIdentity(json.getString("id"), json.getString("name"), json.getString("member"),
                json.getString("address"), json.getString("version"), json.getString("session"));
    }
}
