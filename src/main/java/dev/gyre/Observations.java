package dev.gyre;

import dev.gyre.admin.Observed;
import dev.gyre.health.HealthChecks;
import dev.gyre.health.Verdicts;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.Fitness;
import dev.gyre.model.ProbeCount;
import dev.gyre.proxy.Proxy;
import io.vertx.core.Future;
import java.util.Map;

/** What this node sees of its backends, for its doors. */
record Observations(Proxy proxy, Verdicts verdicts, HealthChecks health) implements Observed {

    @Override
    public Future<Map<BackendId, BackendStats>> stats() {
        return proxy.stats();
    }

    @Override
    public Fitness fitness() {
        return verdicts.fitness();
    }

    @Override
    public Future<Map<BackendId, ProbeCount>> probes() {
        return health.counts();
    }
}
