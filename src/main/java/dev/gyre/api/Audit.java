package dev.gyre.api;

import dev.gyre.registry.CommandRefused;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs one line for each command: its caller, door, subject and result. Commands that only read are logged at
 * level DEBUG, because a page that polls every second would hide the rest.
 */
final class Audit {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.audit");
    /** The subject of a command; never the whole command, because it may contain a secret. */
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

    /** Of a malformed command (400) only its name: its other fields may be misplaced secrets. */
    static void refused(JsonObject command, Caller caller, CommandRefused refusal) {
        LOG.warn("{} -> refused {}{}", refusal.code() == 400 ? who(command, caller) + name(command)
                : line(command, caller), refusal.code(),
                refusal.code() == 400 ? "" : ": " + visible(refusal.getMessage()).replace("->", "- >"));
    }

    /**
     * A refused caller.
     *
     * @param more how many similar ones were left out since the last such line; empty: none
     */
    static void turnedAway(String method, String path, String via, String why, String more) {
        LOG.warn("{} {} {} -> refused {}{}", quoted(method), quoted(path), via, why, more);
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

    /** Text from outside is one word of the line, or in quotes, so that it cannot imitate other fields. */
    static String quoted(String text) {
        String shown = visible(text);
        return WORD.matcher(shown).matches() ? shown
                : '"' + shown.replace("\\", "\\\\").replace("\"", "\\\"").replace("->", "- >") + '"';
    }

    /** On one short line: a caller must not be able to forge lines of this log. */
    private static String visible(String text) {
        String shown = text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
        return shown.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
    }
}
