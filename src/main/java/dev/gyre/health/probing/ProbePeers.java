package dev.gyre.health.probing;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** The nodes that share the probing; on its own, just this one. */
public interface ProbePeers {

    /** This node's id. */
    String self();

    /** The ids of all that are there now, this one among them; empty while that is not known yet. */
    List<String> present();

    /** To all others. It may be lost, but comes only from a node of this cluster, once and in order. */
    void tell(JsonObject message);
}
