package dev.gyre.health.probing;

import dev.gyre.model.BackendId;
import dev.gyre.model.ServicePolicy;
import io.vertx.core.Future;

/** Asks one backend once whether it is healthy. */
interface Prober {

    /**
     * Never fails, and ends with the timeout of probes.
     *
     * @param service its policy: how to probe, and how connections are opened
     */
    Future<ProbeResult> probe(BackendId backend, ServicePolicy service);

    void close();
}
