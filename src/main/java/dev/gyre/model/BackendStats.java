package dev.gyre.model;

import java.time.Duration;
import java.util.Optional;

/**
 * What this node observes of one backend, summed over its event loops at the moment of asking.
 *
 * @param inFlight       requests that hold a lease, waiting ones included
 * @param requests       leases ended since the node started
 * @param failures       of these, the ones that ended by the backend's fault
 * @param succeeded      of these, the ones answered in full with a status below 500
 * @param limit          connections this node may have open to it, its share where the limit is the cluster's
 * @param inUse          connections that carry a request or are being opened
 * @param idle           connections kept for the next request
 * @param queued         requests waiting for a connection
 * @param refused        requests turned away since the start because the queue was full or the wait too long
 * @param opened         connections opened since the start
 * @param waitMedian     median wait for a connection over the last ten seconds, among those that waited
 * @param saturation     in words, when the pool stays full: what is full and how large it would have to be
 * @param connectFailure why the last connection could not be opened; empty when it could
 */
public record BackendStats(BackendId id, long inFlight, long requests, long failures, long succeeded,
        int limit, int inUse, int idle, int queued, long refused, long opened,
        Duration waitMedian,
        Optional<String> saturation, Optional<String> connectFailure) {
}
