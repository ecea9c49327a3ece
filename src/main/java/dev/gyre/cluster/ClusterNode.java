package dev.gyre.cluster;

import dev.gyre.model.BackendId;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;

/** This node, as the cluster needs to know it. */
public interface ClusterNode {

    /** For people, e.g. the host's name. */
    String name();

    /** Of Gyre. */
    String version();

    Duration uptime();

    /** How a backend stands with this node now. */
    Future<Standing> standing(BackendId backend);

    /** Carries out a command; fails with {@link dev.gyre.registry.CommandRefused} alone. */
    Future<JsonObject> command(JsonObject command);

    /** What another node has told all with {@link Cluster#tell}; comes on any thread. */
    void heard(JsonObject message);

    /**
     * How a backend stands with one node.
     *
     * @param served   the node's topology lets new requests go to it
     * @param inFlight requests it has not finished
     */
    record Standing(boolean served, long inFlight) {
    }
}
