package dev.gyre.admin;

import dev.gyre.registry.CommandRefused;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line for each command: who gave it, through which door, what it was about and what came of it. Commands
 * that only tell are there on level DEBUG, for a page that asks every second would hide the rest.
 */
final class Audit {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.audit");
    /** What a command is about; never a whole command, for it may hold a secret in a place of its own. */
    private static final List<String> ABOUT =
            List.of("service", "url", "host", "path", "weight", "wait", "ttl", "to", "maxBody",
                    "priority", "fields", "force");
    private static final int LONGEST = 100;

    private Audit() {
    }

    static void done(JsonObject command, Caller caller, boolean reads, JsonObject reply) {
        if (reads) {
            LOG.debug("{} -> ok", line(command, caller));
        } else if (LOG.isInfoEnabled()) {
            LOG.info("{} -> {}, version {}", line(command, caller),
                    Boolean.FALSE.equals(reply.getValue("changed")) ? "ok, nothing to change" : "ok",
                    reply.getValue("version"));
        }
    }

    /** Of one that makes no sense (400) no more than its name: what stands in the wrong place is unknown. */
    static void refused(JsonObject command, Caller caller, CommandRefused refusal) {
        LOG.warn("{} -> refused {}{}", refusal.code() == 400 ? who(command, caller) + name(command)
                : line(command, caller), refusal.code(),
                refusal.code() == 400 ? "" : ": " + visible(refusal.getMessage()));
    }

    /** Somebody who was not let in. */
    static void turnedAway(String what, String from, int status, String why) {
        LOG.warn("{} via http from {} -> refused {}: {}", visible(what), from, status, why);
    }

    private static String line(JsonObject command, Caller caller) {
        StringBuilder line = new StringBuilder(who(command, caller)).append(name(command));
        for (String field : ABOUT) {
            Optional.ofNullable(command.getValue(field)).ifPresent(value ->
                    line.append(' ').append(field).append('=').append(visible(value.toString())));
        }
        return line.toString();
    }

    private static String who(JsonObject command, Caller caller) {
        Object by = command.getValue("by");
        return (by instanceof String name ? visible(name) + " " : "") + caller.text() + ": ";
    }

    private static String name(JsonObject command) {
        return visible(String.valueOf(command.getValue(CommandHandler.COMMAND)));
    }

    /** On one line, and not long: nobody may write lines of his own into this log. */
    private static String visible(String text) {
        String line = text.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    }
}
