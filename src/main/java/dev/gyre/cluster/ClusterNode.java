package dev.gyre.cluster;

import dev.gyre.model.BackendId;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;

/** This node, as the cluster needs to know it. */
public interface ClusterNode {

    /** For people, e.g. the host's name. */
    String name();

    /** Its data directory, for messages. */
    String data();

    /** What its config declares now. */
    DeclaredConfig declared();

    /** Of Gyre. */
    String version();

    Duration uptime();

    /** How a backend stands with this node now. */
    Future<Standing> standing(BackendId backend);

    /**
     * Makes what shares limits with the other nodes; asked for once.
     *
     * @param session  of this run of the process
     * @param expected nodes of the cluster by config, this one included
     */
    BusUser quota(String session, int expected);

    /** The backends that renewed their announcements at this node lately, and how long ago. */
    Map<BackendId, Duration> renewed();

    /** What another node says of its {@link #renewed}. */
    void renewedElsewhere(Map<BackendId, Duration> there);

    /** Carries out a command; fails with {@link dev.gyre.registry.CommandRefused} alone. */
    Future<JsonObject> command(JsonObject command);

    /** What another node has told all with {@link Cluster#tell}; comes on any thread. */
    void receive(JsonObject message);

    /**
     * How a backend stands with one node.
     *
     * @param served   the node's topology lets new requests go to it
     * @param inFlight requests it has not finished
     */
    record Standing(boolean served, long inFlight) {
    }
}
