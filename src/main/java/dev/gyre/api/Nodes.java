package dev.gyre.api;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The nodes that share this node's topology; on its own, just this one. */
public interface Nodes {

    /** Those there now, this one first. */
    List<NodeInfo> list();

    /** How this node sees the cluster, beside who is there. */
    ClusterReport cluster();

    /** How many messages and entries of nobody's were refused since the start, by reason. */
    Map<String, Long> refused();

    /** Why nothing at this URL can be a backend of this node, in words; empty: it can. */
    Optional<String> refusal(BackendUrl url);

    /** What each still has to finish at a backend. */
    Future<List<NodeInFlight>> inFlight(BackendId backend);
}
