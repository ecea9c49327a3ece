package dev.gyre.model;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How much depends on a request, said by its route: who is refused first when a service has as many in flight
 * as it can take. After the criticality of requests in "Site Reliability Engineering" (O'Reilly 2016),
 * chapter 21; the greatest first.
 */
public enum Priority {
    /** Users notice at once; has what the others leave free, and so is refused last. */
    CRITICAL(100),
    /** Of a route that says nothing. */
    NORMAL(80),
    /** Batches, prefetching and the like, which come again later by themselves. */
    SHEDDABLE(60);

    private final int share;

    Priority(int share) {
        this.share = share;
    }

    /** Up to so many hundredths of a service's limit may be taken when a request of this priority comes. */
    public int share() {
        return share;
    }

    /** The word used in config and commands, e.g. {@code sheddable}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Priority> of(String word) {
        return Arrays.stream(values()).filter(p -> p.word().equals(word)).findFirst();
    }

    public static List<String> words() {
        return Arrays.stream(values()).map(Priority::word).toList();
    }
}
