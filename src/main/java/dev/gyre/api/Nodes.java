package dev.gyre.api;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The nodes that share this node's topology; without a cluster, only this one. */
public interface Nodes {

    /** The present nodes, this one first. */
    List<NodeInfo> list();

    /** The cluster as this node sees it, besides its members. */
    ClusterReport cluster();

    /** Number of messages and entries refused since the start, by reason. */
    Map<String, Long> refused();

    /** Why this URL cannot be a backend of this node; empty: it can. */
    Optional<String> refusal(BackendUrl url);

    /** The requests in flight of each node to a backend. */
    Future<List<NodeInFlight>> inFlight(BackendId backend);
}
