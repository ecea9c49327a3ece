package dev.gyre.log;

import java.io.IOException;

/** Records of libraries in the form of Gyre's own: a line each, with a stack trace if that helps. */
final class OneLine {

    private static final int DEEPEST = 5;

    private OneLine() {
    }

    /** The message without line breaks and other control characters, which may come from outside. */
    static String of(String message) {
        String text = String.valueOf(message).strip();
        if (text.chars().noneMatch(Character::isISOControl)) {
            return text;
        }
        // Of a stack trace that a library has written into its message, the first line says enough.
        String whole = text.lines().map(String::strip).filter(line -> !line.startsWith("at "))
                .reduce((one, next) -> one + " | " + next).orElse("");
        return whole.replaceAll("\\p{Cntrl}", "?");
    }

    /** The same with the words of a throwable behind it. */
    static String of(String message, Throwable thrown) {
        StringBuilder line = new StringBuilder(of(message));
        Throwable at = thrown;
        for (int depth = 0; at != null && depth < DEEPEST; depth++) {
            String words = at.getClass().getSimpleName()
                    + (at.getMessage() == null ? "" : " " + of(at.getMessage()));
            line.append(": ").append(words);
            at = at.getCause();
        }
        return line.toString();
    }

    /** The network, a file or a peer is to blame, or no trace was kept: the place does not help. */
    static boolean isOutside(Throwable thrown) {
        Throwable at = thrown;
        boolean traced = false;
        for (int depth = 0; at != null && depth < DEEPEST; depth++) {
            if (at instanceof IOException) {
                return true;
            }
            traced |= at.getStackTrace().length > 0;
            at = at.getCause();
        }
        return !traced;
    }
}
