package dev.gyre.model;

import java.time.Duration;

/**
 * Bounds on the connections to each backend of a service. Each bound holds for the whole node, however many
 * event loops it runs, and {@code maxConnections}, where its scope says so, for all nodes of the cluster.
 *
 * @param maxConnections connections open to one backend, 1..1,000,000
 * @param scope          what {@code maxConnections} is the sum over
 * @param maxQueue       requests that may wait for a connection to one backend, 0..10,000,000
 * @param queueTimeout   how long a request may wait for a connection
 * @param keepAlive      how long an idle connection is kept
 */
public record PoolPolicy(int maxConnections, Scope scope, int maxQueue, Duration queueTimeout,
        Duration keepAlive) {

    public static final PoolPolicy DEFAULT =
            new PoolPolicy(512, Scope.NODE, 1024, Duration.ofSeconds(1), Duration.ofSeconds(30));
}
