package dev.gyre.discovery;

import dev.gyre.model.BackendId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;

/** The nodes that share the registry, as discovery sees them. */
public interface DiscoveryPeers {

    /** This node's id. */
    String self();

    /** This node is one of a cluster, be it the only one there now. */
    boolean clustered();

    /** The ids of the others that count as there, and how long ago each was last heard. */
    Map<String, Duration> heard();

    /** Whether no node lets new requests go to a backend, and none has any in flight. */
    Future<Boolean> drained(BackendId backend);
}
