package dev.gyre.model;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A named group of backends and the policy towards them.
 *
 * @param backends  ordered by URL, no URL twice; draining ones included
 * @param heldUntil so long its requests wait instead of going to a backend; empty: they go
 */
public record Service(String name, ServicePolicy policy, List<Backend> backends, Origin origin,
                      Optional<Instant> heldUntil) {

    public Service {
        backends = List.copyOf(backends);
    }

    /** One that is not held. */
    public Service(String name, ServicePolicy policy, List<Backend> backends, Origin origin) {
        this(name, policy, backends, origin, Optional.empty());
    }
}
