package dev.gyre.cluster;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * When the latest announcement of each backend was signed that this node has taken. Announcements come again
 * and again, so remembering the nonce of each in the shared map would cost a write for every one of them; in
 * their place the order of their signing tells a repetition. What was overheard can be said once more to a
 * node that has not taken it or a later one, and so keep a backend that has just gone for one ttl; to a node
 * that has just joined, for as long as a signature is accepted.
 */
final class LatestAnnouncements {

    private static final int MOST = 100_000;

    private final Map<String, Long> signed = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST;
        }
    };

    /** The command is the kind of which this remembers the latest. */
    static boolean is(JsonObject command) {
        return "backend.announce".equals(command.getValue("command"));
    }

    /**
     * False when this one or a later one was taken before.
     *
     * @param at when it was signed, in milliseconds since 1970
     */
    synchronized boolean take(JsonObject announcement, long at) {
        String backend = announcement.getValue("service") + " " + announcement.getValue("url");
        Long before = signed.get(backend);
        if (before != null && before >= at) {
            return false;
        }
        signed.put(backend, at);
        return true;
    }
}
