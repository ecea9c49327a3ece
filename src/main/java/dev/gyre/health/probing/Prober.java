package dev.gyre.health.probing;

import dev.gyre.model.BackendId;
import dev.gyre.model.HealthPolicy;
import io.vertx.core.Future;

/** Asks one backend once whether it is healthy. */
interface Prober {

    /** Never fails, and ends with the policy's timeout. */
    Future<ProbeResult> probe(BackendId backend, HealthPolicy policy);

    void close();
}
