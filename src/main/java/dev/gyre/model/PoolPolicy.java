package dev.gyre.model;

import java.time.Duration;

/**
 * Bounds on the connections to each backend of a service. Each bound holds for the whole node, however many
 * event loops it runs.
 *
 * @param maxConnections connections open to one backend, 1..1,000,000
 * @param maxQueue       requests that may wait for a connection to one backend, 0..10,000,000
 * @param queueTimeout   how long a request may wait for a connection
 * @param keepAlive      how long an idle connection is kept
 */
public record PoolPolicy(int maxConnections, int maxQueue, Duration queueTimeout, Duration keepAlive) {

    public static final PoolPolicy DEFAULT =
            new PoolPolicy(512, 1024, Duration.ofSeconds(1), Duration.ofSeconds(30));
}
