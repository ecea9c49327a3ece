package dev.gyre.overload;

/**
 * What was seen of a service for a while.
 *
 * @param latency  usual time from the end of a request to the head of its answer, in nanoseconds, of those
 *                 admitted since the window began; 0: too few were answered to tell
 * @param failed   share of the tries that came to nothing by the backends' fault, 0..1
 * @param inFlight the most at the moment of an admission
 * @param refused  at least one request was
 * @param endNanos when it ended
 */
record Window(double latency, double failed, int inFlight, boolean refused, long endNanos) {

    boolean known() {
        return latency > 0;
    }
}
