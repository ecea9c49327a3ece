package dev.gyre.health.probing;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Condition;
import dev.gyre.model.Condition.State;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * One node's message to the others: its changed votes, or that it is isolated.
 *
 * @param isolated its own network looks broken, so it has no votes
 * @param sentAt   by its wall clock
 * @param votes    its own, on the backends probed since its last message
 */
record HealthGossip(String node, boolean isolated, Instant sentAt, Map<BackendId, Vote> votes) {

    /** This word and the keys are those of earlier versions, so that nodes of both understand each other. */
    private static final String HEALTHY = "FIT";

    JsonObject toJson() {
        JsonArray rows = new JsonArray();
        votes.forEach((backend, vote) -> {
            JsonObject row = new JsonObject().put("service", backend.service())
                    .put("url", backend.url().toString()).put("up", vote.up()).put("why", vote.reason());
            backend.address().ifPresent(address -> row.put("address", address));
            vote.verdict().ifPresent(verdict -> row.put("state",
                            verdict.healthy() ? HEALTHY : verdict.state().name())
                    .put("since", verdict.since().toEpochMilli()).put("reason", verdict.reason()));
            rows.add(row);
        });
        return new JsonObject().put("node", node).put("blind", isolated).put("said", sentAt.toEpochMilli())
                .put("votes", rows);
    }

    /** @param nanos when it was received */
    static HealthGossip fromJson(JsonObject json, long nanos) {
        String node = json.getString("node", "");
        Instant sentAt = Instant.ofEpochMilli(json.getLong("said", 0L));
        Map<BackendId, Vote> votes = new HashMap<>();
        for (Object element : json.getJsonArray("votes", new JsonArray())) {
            JsonObject row = (JsonObject) element;
            try {
                votes.put(new BackendId(row.getString("service"), BackendUrl.parse(row.getString("url")),
                                Optional.ofNullable(row.getString("address"))),
                        new Vote(node, row.getBoolean("up"), row.getString("why", ""), verdict(row), sentAt,
                                nanos));
            } catch (IllegalArgumentException e) {
                // Of a newer version, such as one of another scheme: it must not hide the rest.
                continue;
            }
        }
        return new HealthGossip(node, json.getBoolean("blind", false), sentAt, votes);
    }

    private static Optional<Condition> verdict(JsonObject row) {
        return Optional.ofNullable(row.getString("state")).map(state -> new Condition(
                state.equals(HEALTHY) ? State.HEALTHY : State.valueOf(state),
                row.getString("reason", ""), Instant.ofEpochMilli(row.getLong("since", 0L))));
    }
}
