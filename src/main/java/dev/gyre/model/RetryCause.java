package dev.gyre.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What may have become of a try for another one to be worth while. */
public enum RetryCause {
    /** No connection to the backend could be had, so that nothing was sent. */
    CONNECT,
    /** The connection ended before a single byte of the answer. */
    RESET,
    /** The answer did not begin in time. */
    TIMEOUT;

    /** The word used in config and commands, e.g. {@code connect}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<RetryCause> of(String word) {
        return Arrays.stream(values()).filter(cause -> cause.word().equals(word)).findFirst();
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(RetryCause::word).toList();
    }
}
