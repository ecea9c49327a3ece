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
 * A node's state, sent every second, and at once when its topology has changed.
 *
 * @param sequence counts its messages within the session
 * @param asks     by session unknown to it, the nonce that a heartbeat of that session must answer with
 * @param answers  the nonces it was recently asked for
 * @param renewed  the backends that renewed their announcements there recently, and how long ago
 * @param used     the nonces of the commands recently carried out there
 */
record Heartbeat(NodeIdentity node, long sequence, State state, Map<String, String> asks, Set<String> answers,
        Map<BackendId, Duration> renewed, Set<String> used) {

    /** Of a node whose version does not tell. */
    private static final int UNTOLD_CAPACITY = 100;

    /**
     * The state of the node at the moment of the heartbeat.
     *
     * @param uptime  milliseconds
     * @param view    version of the topology in use
     * @param digest  of all entries of its registry
     * @param changed milliseconds since its view last changed
     * @param wall    its wall clock, in milliseconds since 1970
     * @param declared digest of its declared config
     * @param unknown number of entries that its version keeps without understanding them
     * @param capacity share of its own steady rate that it can serve now, in percent
     * @param leaving it leaves the cluster gracefully; this is its last heartbeat
     */
    record State(long uptime, String view, String digest, long changed, long wall, String declared,
            int unknown, int capacity, boolean leaving) {
    }

    Heartbeat {
        asks = Map.copyOf(asks);
        answers = Set.copyOf(answers);
        renewed = Map.copyOf(renewed);
        used = Set.copyOf(used);
    }

    /** A copy as the last of its session. */
    Heartbeat farewell() {
        return new Heartbeat(node, sequence, new State(state.uptime, state.view, state.digest, state.changed,
                state.wall, state.declared, state.unknown, state.capacity, true), asks, answers, renewed,
                used);
    }

    String id() {
        return node.id();
    }

    JsonObject toJson() {
        JsonObject asked = new JsonObject();
        asks.forEach(asked::put);
        return node.toJson().put("sequence", sequence).put("uptime", state.uptime)
                .put("view", state.view).put("digest", state.digest).put("changed", state.changed)
                .put("wall", state.wall).put("declared", state.declared)
                .put("unknown", state.unknown).put("capacity", state.capacity)
                .put("leaving", state.leaving)
                .put("asks", asked)
                .put("answers", new JsonArray(List.copyOf(answers))).put("renewed", renewedJson())
                .put("used", new JsonArray(List.copyOf(used)));
    }

    /** Reads the output of {@link #toJson}; empty if it is something else. */
    static Optional<Heartbeat> fromJson(JsonObject json) {
        try {
            State state = new State(json.getLong("uptime", 0L), text(json, "view"), text(json, "digest"),
                    json.getLong("changed", 0L), json.getLong("wall", 0L), text(json, "declared"),
                    json.getInteger("unknown", 0), json.getInteger("capacity", UNTOLD_CAPACITY),
                    json.getBoolean("leaving", false));
            Map<String, String> asks = new HashMap<>();
            json.getJsonObject("asks", new JsonObject()).forEach(ask ->
                    asks.put(ask.getKey(), (String) ask.getValue()));
            return Optional.of(new Heartbeat(NodeIdentity.fromJson(json), json.getLong("sequence", 0L), state,
                    asks, texts(json, "answers"), renewed(json.getJsonObject("renewed", new JsonObject())),
                    texts(json, "used")));
        } catch (ClassCastException | NullPointerException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String text(JsonObject json, String field) {
        return Objects.requireNonNull(json.getString(field, ""));
    }

    private static Set<String> texts(JsonObject json, String field) {
        return json.getJsonArray(field, new JsonArray()).stream().map(String::valueOf)
                .collect(Collectors.toSet());
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
            try {
                BackendId id = new BackendId(parts[0], BackendUrl.parse(parts.length < 2 ? "" : parts[1]));
                renewed.put(id, Duration.ofMillis(json.getLong(name)));
            } catch (IllegalArgumentException e) {
                // Of a newer version, e.g. with another scheme: it must not stop the rest.
                return;
            }
        });
        return renewed;
    }
}
