package dev.gyre.exchange.overload;

import java.util.Optional;

/**
 * A search for the time that answers take when no request waits for another: the limit is halved, window by
 * window, for as long as answers become faster in proportion.
 *
 * @param limit    for the window that is to come
 * @param forAll   also for critical requests, because some were refused anyway
 * @param inFlight of the window before
 * @param latency  of the window before, in nanoseconds
 * @param rate     the greatest number of answers a nanosecond, by Little's law, in any window so far
 */
record BaselineProbe(int limit, boolean forAll, double inFlight, double latency, double rate) {

    /*
     * A backend that is saturated answers at one rate whatever its queue, so with half as many in flight each
     * takes half as long. Where that is no longer so, no request waits any more, and what is left is the
     * backend's own time: the baseline. Down to there it stays saturated and does as much as ever; only the
     * last step, or the last two, take it below what it can do, for one window each.
     */

    /** A fall to less than this share of the window before is in proportion; of halving, half way. */
    private static final double PROPORTIONAL = 0.75;
    /** Down to this share of the window before, nothing has been tried. */
    private static final double HELD_UP = 0.8;

    /** Empty when it is as low as it may be already. */
    static Optional<BaselineProbe> from(LatencyWindow window, int least) {
        return below(window, least, window.refused() == LatencyWindow.Refused.CRITICAL, 0);
    }

    private static Optional<BaselineProbe> below(LatencyWindow window, int least, boolean forAll,
            double rate) {
        int limit = Math.max(least, (int) window.inFlight() / 2);
        return limit > HELD_UP * window.inFlight() ? Optional.empty()
                : Optional.of(new BaselineProbe(limit, forAll, window.inFlight(), window.latency(),
                        Math.max(rate, window.inFlight() / window.latency())));
    }

    /** Requests that this does not bind kept as many in flight as before, so that nothing was learnt. */
    boolean heldUp(LatencyWindow window) {
        return window.inFlight() > HELD_UP * inFlight;
    }

    /** The next step; empty when the window tells the time that was sought. */
    Optional<BaselineProbe> next(LatencyWindow window, int least) {
        return window.latency() < PROPORTIONAL * latency ? below(window, least, forAll, rate)
                : Optional.empty();
    }

    /** As many as the backends can have in flight without one waiting for another. */
    double knee(LatencyWindow last) {
        return Math.max(rate, last.inFlight() / last.latency()) * last.latency();
    }
}
