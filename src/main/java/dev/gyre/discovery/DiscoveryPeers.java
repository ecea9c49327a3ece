package dev.gyre.discovery;

import dev.gyre.model.BackendId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;

/** The nodes that share the registry, as discovery sees them. */
public interface DiscoveryPeers {

    /** This node's id. */
    String self();

    /** This node belongs to a cluster, perhaps as its only node. */
    boolean clustered();

    /** The ids of the other present nodes, and the time since the last heartbeat of each. */
    Map<String, Duration> heard();

    /** Whether no node sends new requests to a backend, and none has any in flight. */
    Future<Boolean> drained(BackendId backend);
}
