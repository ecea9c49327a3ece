package dev.gyre.model;

import java.time.Duration;
import java.util.Optional;

/**
 * Clients keep their backend by means of a cookie.
 *
 * @param cookie its name
 * @param ttl    for how long the browser keeps it; empty: until it is closed
 */
public record Sticky(String cookie, Optional<Duration> ttl) {

    public static final String DEFAULT_COOKIE = "gyre";
}
