package dev.gyre.model;

/**
 * One more failure of a backend, and how many there have been in a row with it, over all event loops.
 *
 * @param length     1 or more
 * @param begunNanos when the failed request came to the backend, by {@link System#nanoTime}
 * @param last       how it failed
 */
public record FailureStreak(BackendId backend, int length, long begunNanos, Outcome last) {
}
