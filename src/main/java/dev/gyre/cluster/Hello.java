package dev.gyre.cluster;

import io.vertx.core.json.JsonObject;

/**
 * What a node says of itself every second, and at once when its topology has changed.
 *
 * @param id       as kept in its data directory
 * @param member   its id on the event bus, new with each joining
 * @param address  host and port where the cluster meets it
 * @param version  of Gyre
 * @param boot     names one run of its process; later runs have greater ones
 * @param sequence counts its hellos within that run
 * @param uptime   milliseconds
 * @param view     version of the topology that its traffic is served by
 * @param digest   of all that its registry holds
 * @param changed  milliseconds since its view last changed
 */
record Hello(String id, String name, String member, String address, String version, long boot, long sequence,
             long uptime, String view, String digest, long changed) {

    JsonObject toJson() {
        return JsonObject.of("id", id, "name", name, "member", member, "address", address, "version", version,
                "boot", boot, "sequence", sequence, "uptime", uptime, "view", view).put("digest", digest)
                .put("changed", changed);
    }

    static Hello fromJson(JsonObject json) {
        return new Hello(json.getString("id", ""), json.getString("name", ""), json.getString("member", ""),
                json.getString("address", ""), json.getString("version", ""), json.getLong("boot", 0L),
                json.getLong("sequence", 0L), json.getLong("uptime", 0L), json.getString("view", ""),
                json.getString("digest", ""), json.getLong("changed", 0L));
    }

    boolean follows(Hello earlier) {
        return boot > earlier.boot || boot == earlier.boot && sequence > earlier.sequence;
    }
}
