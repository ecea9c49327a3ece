package dev.gyre.cluster;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Up to which of its writes this node has heard each other node. A node numbers what it keeps in the shared
 * map and announces the number there before it acknowledges: all who have heard it up to that number know all
 * that was acknowledged. Thread-safe.
 */
final class WritePositions {

    /**
     * One write of a node.
     *
     * @param session one membership; the next one counts from 1 again
     * @param number  from 1 on
     */
    record Position(String session, long number) {

        JsonObject toJson() {
            return new JsonObject().put("session", session).put("number", number);
        }

        static Optional<Position> fromJson(JsonObject json) {
            return json.getValue("session") instanceof String session
                    && json.getValue("number") instanceof Number number
                    ? Optional.of(new Position(session, number.longValue())) : Optional.empty();
        }

        boolean follows(Position other) {
            return session.equals(other.session) && number == other.number + 1;
        }

        boolean covers(Position other) {
            return session.equals(other.session) && number >= other.number;
        }
    }

    private final Map<String, Position> heard = new ConcurrentHashMap<>();

    /** A write has been taken over; it moves the position on only where none is missing before it. */
    void heard(String node, Position position) {
        heard.computeIfPresent(node, (id, before) -> position.follows(before) ? position : before);
        if (position.number() == 1) {
            heard.compute(node, (id, before) ->
                    before != null && before.covers(position) ? before : position);
        }
    }

    /** All that was announced up to then has been taken over, by comparing everything. */
    void caughtUp(Map<String, Position> announced) {
        announced.forEach((node, position) -> heard.compute(node, (id, before) ->
                before != null && before.covers(position) ? before : position));
    }

    /** Those of the announced that have not been heard. */
    Map<String, Position> missing(Map<String, Position> announced) {
        Map<String, Position> missing = new TreeMap<>();
        announced.forEach((node, position) -> {
            Position known = heard.get(node);
            boolean wrote = position.number() > 0;
            if (wrote && (known == null || !known.covers(position))) {
                missing.put(node, position);
            }
        });
        return missing;
    }
}
