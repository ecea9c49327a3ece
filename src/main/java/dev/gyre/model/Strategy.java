package dev.gyre.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** How a service spreads requests over its backends. */
public enum Strategy {
    ROUND_ROBIN(false),
    WEIGHTED_RANDOM(false),
    /** To the backend with the fewest requests in flight; looks at all of them. */
    LEAST_REQUESTS(true),
    /** To the less busy of two drawn by lot. */
    POWER_OF_TWO(true),
    /** To the better of two drawn by lot: how long it lately took to answer, times what it has in flight. */
    PEAK_EWMA(true),
    /** Requests with the same key to the same backend. */
    CONSISTENT_HASH(true);

    private final boolean usesLoad;

    Strategy(boolean usesLoad) {
        this.usesLoad = usesLoad;
    }

    /** Looks at how backends fare, so that what requests experience must be noted. */
    public boolean usesLoad() {
        return usesLoad;
    }

    /** The word used in config and commands, e.g. {@code round-robin}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<Strategy> of(String word) {
        return Arrays.stream(values()).filter(s -> s.word().equals(word)).findFirst();
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(Strategy::word).toList();
    }
}
