package dev.gyre.model;

import java.time.Duration;
import java.util.Optional;

/**
 * How requests of a service wait while it gives them to no backend.
 *
 * @param queue     requests that may wait on one node, 0..1,000,000
 * @param whenEmpty how long one waits when no backend is in rotation; empty: it is refused at once
 */
public record HoldPolicy(int queue, Optional<Duration> whenEmpty) {

    public static final HoldPolicy DEFAULT = new HoldPolicy(10_000, Optional.empty());
}
