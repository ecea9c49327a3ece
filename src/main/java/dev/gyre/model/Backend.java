package dev.gyre.model;

/**
 * One server process of a service, as the operator wants it; what a node observes of it is not here.
 *
 * @param weight   share of the service's requests relative to the other backends, 1..1000
 * @param draining gets no new request; those in flight finish
 */
public record Backend(BackendUrl url, int weight, boolean draining, Origin origin) {

    public static final int MAX_WEIGHT = 1000;

    public Backend {
        if (weight < 1 || weight > MAX_WEIGHT) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: 1..1000)");
        }
    }
}
