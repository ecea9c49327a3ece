package dev.gyre.cluster;

import com.hazelcast.config.Config;
import dev.gyre.config.Settings.ClusterSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/**
 * A process on the event bus of a cluster that is not a node: a backend that announces itself, or a sender of
 * commands. It stores none of the cluster's data, so that it may join and leave at any time.
 */
public final class BusMember {

    private BusMember() {
    }

    /**
     * Joins with the same settings as the nodes, except {@code host}, an address of this process's own
     * machine, and {@code members}, of which one node must be running. Fails if the ports cannot be bound.
     */
    public static Future<Vertx> join(ClusterSettings settings) {
        Config config = MemberConfig.of(settings).setLiteMember(true);
        return Membership.vertx(settings, new Subscriptions(config));
    }
}
