package dev.gyre.model;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What this node knows of a name that backends are named by.
 *
 * @param addresses how many it stands for, the last good ones while it fails
 * @param failing   why it has no new answer, in words; empty: it has one, or the first is still to come
 * @param since     when it began to fail, or not to
 * @param ttl       how long the latest answer holds; empty: the latest lookup brought none
 * @param counts    since the name came to this node
 */
public record NameStatus(int addresses, Optional<String> failing, Instant since, Optional<Duration> ttl,
        Counts counts) {

    /**
     * What has happened to a name.
     *
     * @param lookups  how often it was looked up
     * @param failures of these, the ones that brought no or only half an answer, by their reason
     * @param added    addresses that have appeared
     * @param gone     addresses that have vanished
     * @param flips    how often it began to fail, or ended to
     */
    public record Counts(long lookups, Map<String, Long> failures, long added, long gone, long flips) {

        public static final Counts NONE = new Counts(0, Map.of(), 0, 0, 0);

        public Counts {
            failures = Map.copyOf(failures);
        }
    }
}
