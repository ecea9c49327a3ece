package dev.gyre.cluster;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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
 * @param renewed  the backends that renewed their announcements there lately, and how long ago
 * @param used     the nonces of the commands that were carried out there lately
 */
record Hello(String id, String name, String member, String address, String version, long boot, long sequence,
             long uptime, String view, String digest, long changed, Map<BackendId, Duration> renewed,
             Set<String> used) {

    Hello {
        renewed = Map.copyOf(renewed);
        used = Set.copyOf(used);
    }

    JsonObject toJson() {
        return JsonObject.of("id", id, "name", name, "member", member, "address", address, "version", version,
                "boot", boot, "sequence", sequence, "uptime", uptime, "view", view).put("digest", digest)
                .put("changed", changed).put("renewed", renewedJson())
                .put("used", new JsonArray(List.copyOf(used)));
    }

    /** Reads what {@link #toJson} wrote; empty when it is something else. */
    static Optional<Hello> fromJson(JsonObject json) {
        try {
            return Optional.of(new Hello(text(json, "id"), text(json, "name"), text(json, "member"),
                    text(json, "address"), text(json, "version"), json.getLong("boot", 0L),
                    json.getLong("sequence", 0L), json.getLong("uptime", 0L), text(json, "view"),
                    text(json, "digest"), json.getLong("changed", 0L),
                    renewed(json.getJsonObject("renewed", new JsonObject())),
                    json.getJsonArray("used", new JsonArray()).stream().map(String::valueOf)
                            .collect(Collectors.toSet())));
        } catch (ClassCastException | NullPointerException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String text(JsonObject json, String field) {
        return Objects.requireNonNull(json.getString(field, ""));
    }

    private JsonObject renewedJson() {
        JsonObject json = new JsonObject();
        renewed.forEach((id, ago) -> json.put(id.service() + " " + id.url(), ago.toMillis()));
        return json;
    }

    private static Map<BackendId, Duration> renewed(JsonObject json) {
        Map<BackendId, Duration> renewed = new HashMap<>();
        json.fieldNames().forEach(name -> {
            String[] parts = name.split(" ", 2);
            BackendId id = new BackendId(parts[0], BackendUrl.parse(parts.length < 2 ? "" : parts[1]));
            renewed.put(id, Duration.ofMillis(json.getLong(name)));
        });
        return renewed;
    }

    boolean follows(Hello earlier) {
        return boot > earlier.boot || boot == earlier.boot && sequence > earlier.sequence;
    }
}
