package dev.gyre.quota;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A node's report on the shared limits, sent to all others twice a second.
 *
 * @param node     the sender, by the id kept in its data directory
 * @param session  of the sender, one run of its process
 * @param number   above that of every earlier report of this session
 * @param leaving  the node has let go of everything and will not be heard again
 * @param expected nodes of the cluster by its config
 * @param members   ids of the nodes it counts by what it has heard itself, its own among them
 * @param heard    of every node there, by its session, the number of the last report that it has acted by
 * @param lines    by backend; one that is not there is not used, lent or held
 */
record QuotaReport(String node, String session, long number, boolean leaving, int expected,
        Set<String> members, Map<String, Long> heard, Map<String, Line> lines) {

    /**
     * One backend.
     *
     * @param demand connections the node could use now: in use, and requests that wait
     * @param beyond connections it has open that are neither its own nor borrowed, until they come free
     * @param lent   by borrower, what is his from the receipt of this report on
     * @param held   by lender, what the node has open, or may open, on what it has borrowed
     */
    record Line(int demand, int beyond, Map<String, Integer> lent, Map<String, Integer> held) {

        static final Line QUIET = new Line(0, 0, Map.of(), Map.of());

        Line {
            lent = Map.copyOf(lent);
            held = Map.copyOf(held);
        }
    }

    QuotaReport {
        Objects.requireNonNull(node);
        Objects.requireNonNull(session);
        members = Set.copyOf(members);
        heard = Map.copyOf(heard);
        lines = Map.copyOf(lines);
    }

    Line line(String backend) {
        return lines.getOrDefault(backend, Line.QUIET);
    }

    /** The form in which a report is sent. */
    JsonObject toJson() {
        JsonObject table = new JsonObject();
        lines.forEach((backend, line) -> table.put(backend, new JsonObject().put("demand", line.demand())
                .put("beyond", line.beyond()).put("lent", object(line.lent()))
                .put("held", object(line.held()))));
        return new JsonObject().put("node", node).put("session", session).put("number", number)
                .put("parting", leaving).put("expected", expected)
                .put("roster", new JsonArray(members.stream().toList()))
                .put("heard", object(heard)).put("lines", table);
    }

    private static JsonObject object(Map<String, ? extends Number> numbers) {
        JsonObject json = new JsonObject();
        numbers.forEach(json::put);
        return json;
    }

    /** Reads what {@link #toJson} wrote; empty when it is something else. */
    static Optional<QuotaReport> fromJson(JsonObject json) {
        try {
            Map<String, Line> lines = new TreeMap<>();
            json.getJsonObject("lines").forEach(entry -> {
                JsonObject line = (JsonObject) entry.getValue();
                lines.put(entry.getKey(), new Line(count(line.getInteger("demand")),
                        count(line.getInteger("beyond")), counts(line.getJsonObject("lent")),
                        counts(line.getJsonObject("held"))));
            });
            Set<String> members = new TreeSet<>();
            json.getJsonArray("roster").forEach(id -> members.add((String) id));
            Map<String, Long> heard = new TreeMap<>();
            json.getJsonObject("heard").forEach(entry ->
                    heard.put(entry.getKey(), ((Number) entry.getValue()).longValue()));
            return Optional.of(new QuotaReport(json.getString("node"), json.getString("session"),
                    json.getLong("number"), json.getBoolean("parting"), json.getInteger("expected"), members,
                    heard, lines));
        } catch (ClassCastException | NullPointerException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static Map<String, Integer> counts(JsonObject json) {
        Map<String, Integer> counts = new TreeMap<>();
        json.forEach(entry -> counts.put(entry.getKey(), count(((Number) entry.getValue()).intValue())));
        return counts;
    }

    private static int count(int value) {
        if (value < 0) {
            throw new IllegalArgumentException("a negative count");
        }
        return value;
    }
}
