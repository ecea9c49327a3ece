package dev.gyre.cluster;

import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** Exchanges messages with its peers on all other nodes. Continues between two memberships, without a bus. */
public interface BusUser {

    /**
     * The node begins to join; there is no bus yet.
     *
     * @param vertx the node's own, for timers that go on without a bus
     */
    void start(Vertx vertx);

    /** Uses the bus of a new membership. Completes when the node may serve as a member. */
    Future<Void> open(ClusterBus bus);

    /** The bus is about to be closed, or lost already. */
    void detach();

    /** The node leaves the cluster, while the bus still works. */
    void leave();
}
