package dev.gyre;

import dev.gyre.admin.Observed;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.RetryStats;
import dev.gyre.proxy.Proxy;
import io.vertx.core.Future;
import java.util.Map;
import java.util.SortedMap;

/** Tells the doors what the data path has counted. */
record SeenByProxy(Proxy proxy) implements Observed {

    @Override
    public Future<Map<BackendId, BackendStats>> stats() {
        return proxy.stats();
    }

    @Override
    public SortedMap<String, RetryStats> retries() {
        return proxy.retryStats();
    }
}
