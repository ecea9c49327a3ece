package dev.gyre.cluster;

import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * When the latest accepted announcement of each backend was signed. Announcements repeat, so storing each
 * nonce in the shared map would cost a write for every one; instead the order of signing detects a replay. A
 * recorded announcement can still be replayed to a node that has accepted neither it nor a later one, and so
 * keep a removed backend for one ttl; on a node that has just joined, as long as a signature is accepted.
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

    /** Whether this class handles the command. */
    static boolean is(JsonObject command) {
        return "backend.announce".equals(command.getValue("command"));
    }

    /**
     * False if this one or a later one was accepted before.
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
