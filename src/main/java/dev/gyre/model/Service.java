package dev.gyre.model;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A named group of backends and the policy towards them.
 *
 * @param backends   ordered by URL, no URL twice but with other addresses; draining ones included
 * @param heldUntil  until then its requests wait instead of going to a backend; empty: they go
 * @param unresolved backends whose name has had no address so far, and why; none where names have not been
 *                   replaced by addresses
 */
public record Service(String name, ServicePolicy policy, List<Backend> backends, Origin origin,
        Optional<Instant> heldUntil, Map<BackendUrl, String> unresolved) {

    public Service {
        backends = List.copyOf(backends);
        unresolved = Map.copyOf(unresolved);
    }

    /** As the operator wants it. */
    public Service(String name, ServicePolicy policy, List<Backend> backends, Origin origin,
            Optional<Instant> heldUntil) {
        this(name, policy, backends, origin, heldUntil, Map.of());
    }

    /** One that is not held. */
    public Service(String name, ServicePolicy policy, List<Backend> backends, Origin origin) {
        this(name, policy, backends, origin, Optional.empty());
    }

    /** The same with these for backends. */
    public Service with(List<Backend> others, Map<BackendUrl, String> namesUnresolved) {
        return new Service(name, policy, others, origin, heldUntil, namesUnresolved);
    }

    public BackendId id(Backend backend) {
        return new BackendId(name, backend.url(), backend.address());
    }
}
