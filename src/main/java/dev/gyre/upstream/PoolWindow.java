package dev.gyre.upstream;

import dev.gyre.model.BackendId;
import java.time.Duration;

/**
 * What one backend's pool has gone through over the last seconds.
 *
 * @param limit            connections of this node, less than {@code maxConnections} when that is shared out
 * @param waitMedian       among the requests that waited
 * @param servedPerSecond  requests that had a connection and gave it back, not negative
 * @param refusedPerSecond requests turned away because the queue was full or the wait too long, not negative
 * @param serviceTime      mean time for which a request held its connection
 * @param meanWait         mean time for which a served request waited, those that did not wait included
 */
record PoolWindow(BackendId id, int limit, int maxConnections, int inUse, int queued, Duration waitMedian,
        double servedPerSecond, double refusedPerSecond, Duration serviceTime, Duration meanWait) {
}
