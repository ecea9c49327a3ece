package dev.gyre.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What happens to a request's field if a backend may take its name for one that this node writes, that frames
 * the message or that is about the connection, e.g. {@code X_Forwarded_For}.
 */
public enum LookAlikes {
    /** The request goes on without the field. */
    DROP,
    /** The request is answered 400. */
    REJECT,
    /** The backend gets it, as it is known to read names to the letter. */
    PASS;

    /** The word used in config, e.g. {@code drop}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<LookAlikes> of(String word) {
        return Arrays.stream(values()).filter(value -> value.word().equals(word)).findFirst();
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(LookAlikes::word).toList();
    }
}
