package dev.gyre.log;

import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.event.Level;

/**
 * The common part of log records with the same event: logger, level, and the words of the message and of the
 * throwable with its causes, without numbers and long identifiers.
 */
record Kind(String logger, Level level, String words, String gist) {

    private static final Pattern VARYING = Pattern.compile("0x[0-9a-fA-F]+|[0-9a-fA-F]{8,}|[0-9]+");
    private static final Pattern WORD_END = Pattern.compile("\\s+");
    /** Number of leading words that count; text sent by clients follows later. */
    private static final int FIRST_WORDS = 3;
    private static final int LONGEST = 300;
    private static final int SHOWN = 100;

    static Kind of(String logger, Level level, String message, Throwable thrown) {
        StringBuilder words = new StringBuilder(fixed(message));
        StringBuilder gist = new StringBuilder(level.name());
        String[] first = WORD_END.split(fixed(message), FIRST_WORDS + 1);
        for (int i = 0; i < Math.min(FIRST_WORDS, first.length); i++) {
            gist.append(' ').append(first[i]);
        }
        Throwable at = thrown;
        for (int depth = 0; at != null && depth < 5; depth++) {
            words.append('\n').append(at.getClass().getName()).append(' ').append(fixed(at.getMessage()));
            gist.append('\n').append(at.getClass().getName());
            at = at.getCause();
        }
        return new Kind(logger, level, words.toString(), gist.toString());
    }

    private static String fixed(String text) {
        String given = String.valueOf(text);
        String begin = given.length() > LONGEST ? given.substring(0, LONGEST) : given;
        return VARYING.matcher(begin).replaceAll("#");
    }

    void writeOmitted(Logger log, long leftOut) {
        String example = words.length() > SHOWN ? words.substring(0, SHOWN) + "…" : words;
        log.atLevel(level).log("left out {} more lines like \"{}\"", leftOut, example.replace("\n", ": "));
    }
}
