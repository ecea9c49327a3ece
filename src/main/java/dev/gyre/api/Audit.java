package dev.gyre.api;

import dev.gyre.registry.CommandRefused;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
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
    /** Neither blanks, nor quotes, nor the arrow before the outcome. */
    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}._@:/*?=&%+~,…#\\[\\]-]+");

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
                refusal.code() == 400 ? "" : ": " + visible(refusal.getMessage()).replace("->", "- >"));
    }

    /**
     * Somebody who was not let in.
     *
     * @param more how often the like has happened since the last such line; empty: never
     */
    static void turnedAway(String method, String path, String from, String why, String more) {
        LOG.warn("{} {} via http from {} -> refused {}{}", quoted(method), quoted(path), from, why, more);
    }

    private static String line(JsonObject command, Caller caller) {
        StringBuilder line = new StringBuilder(who(command, caller)).append(name(command));
        for (String field : ABOUT) {
            Optional.ofNullable(command.getValue(field)).ifPresent(value ->
                    line.append(' ').append(field).append('=').append(quoted(value.toString())));
        }
        return line.toString();
    }

    private static String who(JsonObject command, Caller caller) {
        Object by = command.getValue("by");
        return (by instanceof String name ? quoted(name) + " " : "") + caller.text() + ": ";
    }

    private static String name(JsonObject command) {
        return quoted(String.valueOf(command.getValue(CommandHandler.COMMAND)));
    }

    /** What comes from outside is one word of the line, or stands in quotes: it looks like nothing else. */
    private static String quoted(String text) {
        String shown = visible(text);
        return WORD.matcher(shown).matches() ? shown
                : '"' + shown.replace("\\", "\\\\").replace("\"", "\\\"").replace("->", "- >") + '"';
    }

    /** On one line, and not long: nobody may write lines of his own into this log. */
    private static String visible(String text) {
        String shown = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
        return shown.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
    }
}
