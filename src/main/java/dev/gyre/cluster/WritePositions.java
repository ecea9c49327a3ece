package dev.gyre.cluster;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The number of the latest write that this node has taken over from each other node. A node numbers its
 * writes to the shared map and announces the number there before it acknowledges: a node that has its writes
 * up to that number has everything that it acknowledged. Thread-safe.
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

    /** A write was taken over; the position moves on only if none is missing before it. */
    void heard(String node, Position position) {
        heard.computeIfPresent(node, (id, before) -> position.follows(before) ? position : before);
        if (position.number() == 1) {
            heard.compute(node, (id, before) ->
                    before != null && before.covers(position) ? before : position);
        }
    }

    /** Everything announced up to then was taken over by a comparison. */
    void caughtUp(Map<String, Position> announced) {
        announced.forEach((node, position) -> heard.compute(node, (id, before) ->
                before != null && before.covers(position) ? before : position));
    }

    /** The announced positions that were not reached yet. */
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
