package dev.gyre.exchange.overload;

import dev.gyre.model.ConcurrencyLimit.Adaptive;
import java.time.Duration;
import java.util.Optional;

/**
 * Finds how many requests may be in flight: more as long as answers come as fast as usual, fewer when they
 * take longer or fail. Not thread-safe.
 */
final class AdaptiveLimit {

    /*
     * After Gradient2Limit of Netflix/concurrency-limits: window by window the limit is multiplied by
     * tolerance times usual latency over present latency, no more than 1 and no less than a half, sqrt(limit)
     * is added as room for a queue, and a fifth of the way there is gone. So it comes to rest where answers
     * take about tolerance times as long as usual. What is not used, to half of it at least, is left alone.
     *
     * Three things are different. Failures count, as much as their share. While nothing is known yet and
     * requests are refused, the limit doubles. And the usual latency is no mean of the past: under a load
     * that stays too high, a mean of any length ends up at the latency of the overload, and the limit at its
     * maximum. Here it follows downwards within seconds, so that the slow beginning of a JVM is soon
     * forgotten, and upwards hardly at all; what answers really take by themselves is found by a {@link
     * BaselineProbe}, in one of fifty windows, and only while requests are refused anyway: a
     * service that is not overloaded never feels it. That is also how answers that have become slower for
     * good are accepted.
     * Envoy's gradient controller goes down to three in flight every minute, overloaded or not.
     */

    /** Windows from one descent to the next. */
    private static final int DESCENDS_EVERY = 50;
    private static final long SHORTEST_WINDOW_NANOS = Duration.ofMillis(200).toNanos();
    private static final long LONGEST_WINDOW_NANOS = Duration.ofSeconds(2).toNanos();
    private static final double SMOOTHING = 0.2;
    private static final double LEAST_GRADIENT = 0.5;
    /** How far the usual latency goes towards a lower, or a higher, present one within a window. */
    private static final double DOWN = 0.1;
    private static final double UP = 0.002;

    private Adaptive settings;
    private double limit;
    /** Nanoseconds; 0: not known. */
    private double usual;
    private double present;
    private boolean searching = true;
    private Optional<BaselineProbe> descent = Optional.empty();
    private boolean descended;
    private long dueNanos;

    AdaptiveLimit(Adaptive settings) {
        this.settings = settings;
        this.limit = settings.min();
    }

    /** Goes by these from now on; what has been learnt is kept, but looked up again within other bounds. */
    void adopt(Adaptive changed) {
        descended &= changed.equals(settings);
        settings = changed;
        set(limit);
    }

    int limit() {
        return (int) limit;
    }

    /** What goes by a lower limit, for a moment. */
    Optional<BaselineProbe> descent() {
        return descent;
    }

    /** A window takes so long at least: within it, those admitted by the present limit are to be answered. */
    long windowNanos() {
        return windowNanos(present);
    }

    private static long windowNanos(double latency) {
        return Math.min(LONGEST_WINDOW_NANOS, Math.max(SHORTEST_WINDOW_NANOS, (long) (2 * latency)));
    }

    /** Draws its conclusions from what was seen under the present limit. */
    void next(LatencyWindow window) {
        present = window.known() ? window.latency() : present;
        if (descent.isPresent()) {
            descend(window, descent.get());
            return;
        }
        learn(window);
        if (window.inFlight() < limit / 2) {
            return;
        }
        double gradient = gradient(window);
        if (searching && gradient == 1) {
            set(refuses(window) ? limit * 2 : grown(1));
        } else {
            searching = false;
            set(grown(gradient));
        }
        boolean due = !descended || window.endNanos() - dueNanos >= 0;
        if (!searching && due && refuses(window) && window.known()) {
            descent = BaselineProbe.from(window, settings.min());
            if (descent.isEmpty()) {
                // With as few in flight as may be, this is the least that answers take.
                usual = window.latency();
                endDescent(window);
            }
        }
    }

    private static boolean refuses(LatencyWindow window) {
        return window.refused() != LatencyWindow.Refused.NONE;
    }

    private double gradient(LatencyWindow window) {
        double latency = window.known() ? settings.tolerance() * usual / window.latency() : 1;
        return Math.max(LEAST_GRADIENT, Math.min(1, Math.min(latency, 1 - window.failed())));
    }

    private double grown(double gradient) {
        return limit + SMOOTHING * (limit * gradient + Math.sqrt(limit) - limit);
    }

    private void set(double wanted) {
        limit = Math.max(settings.min(), Math.min(settings.max(), wanted));
        searching &= limit < settings.max();
    }

    private void learn(LatencyWindow window) {
        if (usual == 0) {
            usual = window.latency();
        } else if (window.known()) {
            usual += (window.latency() < usual ? DOWN : UP) * (window.latency() - usual);
        }
    }

    private void descend(LatencyWindow window, BaselineProbe from) {
        if (!window.known() || !refuses(window) || from.heldUp(window)) {
            // The load has gone, or nothing is answered, or critical requests alone make the load.
            learn(window);
            endDescent(window);
            return;
        }
        descent = from.next(window, settings.min());
        if (descent.isEmpty()) {
            usual = window.latency();
            set(Math.min(limit, settings.tolerance() * from.knee(window)));
            endDescent(window);
        }
    }

    private void endDescent(LatencyWindow window) {
        descent = Optional.empty();
        descended = true;
        dueNanos = window.endNanos() + DESCENDS_EVERY * windowNanos(usual);
    }
}
