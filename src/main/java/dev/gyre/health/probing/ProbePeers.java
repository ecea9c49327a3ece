package dev.gyre.health.probing;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** The nodes that share the probing; without a cluster, only this one. */
public interface ProbePeers {

    /** This node's id. */
    String self();

    /** The ids of all present nodes, including this one; empty while they are unknown. */
    List<String> present();

    /** Sends to all others. A message may be lost; it is authenticated, and delivered once and in order. */
    void broadcast(JsonObject message);
}
