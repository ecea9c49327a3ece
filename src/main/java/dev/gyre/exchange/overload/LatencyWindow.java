package dev.gyre.exchange.overload;

/**
 * What was seen of a service for a while.
 *
 * @param latency  usual time from the end of a request to the head of its answer, in nanoseconds, of those
 *                 admitted since the window began; 0: too few were answered to tell
 * @param failed   share of the attempts that came to nothing by the backends' fault, 0..1
 * @param inFlight mean at the moments of admissions
 * @param refused  the most important kind of request that was refused at least once
 * @param endNanos when it ended
 */
record LatencyWindow(double latency, double failed, double inFlight, Refused refused, long endNanos) {

    enum Refused { NONE, UNCRITICAL, CRITICAL }

    boolean known() {
        return latency > 0;
    }
}
