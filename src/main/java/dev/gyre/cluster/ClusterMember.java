package dev.gyre.cluster;

import java.time.Duration;

/**
 * One node of the cluster, as seen from this one.
 *
 * @param id      kept in its data directory
 * @param address host and port in the cluster
 * @param version of Gyre
 * @param view    version of the topology in use
 * @param age     time since its view changed
 * @param digest  of all entries of its registry; equal on nodes that agree
 * @param heard   time since its last heartbeat; zero for this node
 * @param clock   how far its wall clock is ahead of this node's; negative if behind
 * @param unknown number of entries that its version keeps without understanding them
 * @param capacity share of its own steady rate that it can serve now, in percent
 */
public record ClusterMember(String id, String name, String address, String version, Duration uptime,
        String view,
        Duration age, String digest, Duration heard, Duration clock, int unknown, int capacity) {

    static ClusterMember of(Heartbeat heartbeat, Duration heard, Duration clock) {
        NodeIdentity node = heartbeat.node();
        Heartbeat.State state = heartbeat.state();
        return new ClusterMember(node.id(), node.name(), node.address(), node.version(),
                Duration.ofMillis(state.uptime()).plus(heard), state.view(),
                Duration.ofMillis(state.changed()).plus(heard), state.digest(), heard, clock,
                state.unknown(), state.capacity());
    }
}
