package dev.gyre.model;

import java.util.List;

/**
 * A named group of backends and the policy towards them.
 *
 * @param backends ordered by URL, no URL twice; draining ones included
 */
public record Service(String name, ServicePolicy policy, List<Backend> backends, Origin origin) {

    public Service {
        backends = List.copyOf(backends);
    }
}
