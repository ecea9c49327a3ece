package dev.gyre.health.probing;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** The nodes that share the probing; on its own, just this one. */
public interface ProbePeers {

    /** This node's id. */
    String self();

    /** The ids of all that are there now, this one among them; empty while that is not known yet. */
    List<String> present();

    /** Sends to all others. A message may be lost; it is authenticated, and delivered once and in order. */
    void broadcast(JsonObject message);
}
