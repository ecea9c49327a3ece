package dev.gyre.model;

import java.time.Instant;
import java.util.Optional;

/**
 * One server process of a service, as the operator wants it; what a node observes of it is not here.
 *
 * @param weight   share of the service's requests relative to the other backends, 1..1000
 * @param draining gets no new request; those in flight finish
 * @param zone     where it stands; empty: nowhere in particular
 * @param since    when it was added or last resumed, by the registry's clock; told only in a service with a
 *                 slow start, so that elsewhere two topologies that want the same are equal
 */
public record Backend(BackendUrl url, int weight, boolean draining, Origin origin, Optional<String> zone,
                      Optional<Instant> since) {

    public static final int MAX_WEIGHT = 1000;

    public Backend {
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: 1..1000)");
        }
    }

    /** In no zone, and there since ever. */
    public Backend(BackendUrl url, int weight, boolean draining, Origin origin) {
        this(url, weight, draining, origin, Optional.empty(), Optional.empty());
    }
}
