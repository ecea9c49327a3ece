package dev.gyre.cluster;

import dev.gyre.model.BackendId;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Map;

/** This node, as far as the cluster needs it. */
public interface ClusterNode {

    /** For people, e.g. the host's name. */
    String name();

    /** Its data directory, for messages. */
    String data();

    /** The topology that its config declares now. */
    DeclaredConfig declared();

    /** Of Gyre. */
    String version();

    Duration uptime();

    /** Share of its own steady rate that it can serve now, in percent. */
    int capacity();

    /** The state of a backend on this node now. */
    Future<Standing> standing(BackendId backend);

    /**
     * Makes the part that shares limits with the other nodes; called once.
     *
     * @param session  of this run of the process
     * @param expected nodes of the cluster by config, this one included
     */
    BusUser quota(String session, int expected);

    /** The backends that renewed their announcements at this node recently, and how long ago. */
    Map<BackendId, Duration> renewed();

    /** Receives another node's {@link #renewed}. */
    void renewedElsewhere(Map<BackendId, Duration> there);

    /** Carries out a command; fails only with {@link dev.gyre.registry.CommandRefused}. */
    Future<JsonObject> command(JsonObject command);

    /** Receives a message of another node's {@link Cluster#broadcast}; on any thread. */
    void receive(JsonObject message);

    /**
     * The state of a backend on one node.
     *
     * @param served   the node sends it new requests
     * @param inFlight requests in flight
     */
    record Standing(boolean served, long inFlight) {
    }
}
