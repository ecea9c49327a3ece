package dev.gyre.model;

import java.time.Duration;
import java.util.Optional;

/**
 * How long a request may take, phase by phase.
 *
 * @param connect   for the TCP connection to a backend to open
 * @param firstByte from the end of the request to the head of the backend's answer
 * @param idle      between two pieces of a body, in either direction
 * @param request   from the request's head to the end of the answer; empty: unlimited
 */
public record Timeouts(Duration connect, Duration firstByte, Duration idle, Optional<Duration> request) {

    public static final Timeouts DEFAULT = new Timeouts(
            Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(60), Optional.empty());
}
