package dev.gyre.retry;

import dev.gyre.model.RetryPolicy.Budget;

/**
 * What is left of a service's budget: each request earns a share of a retry, each second a few more, and each
 * retry costs one. Not thread-safe; times are those of {@code System.nanoTime()}.
 */
final class RetryBudget {

    /*
     * A bucket of tokens that holds no more than the last ten seconds have earned. So a backend that dies
     * among healthy ones costs no client anything, while a service that is dead as a whole sees, once the
     * savings of those seconds are gone, its load plus the ratio and not one retry more, however long it
     * lasts: there is no moment at which a window ends and the next burst begins.
     *
     * After Finagle's RetryBudget, where each deposit expires by itself; to bound their sum needs one number
     * a second.
     */

    static final int WINDOW_SECONDS = 10;
    private static final long SECOND = 1_000_000_000;

    /** How many requests there had been in all at the end of each of the last seconds, at second mod size. */
    private final long[] totals = new long[WINDOW_SECONDS];
    private final long origin;
    private long second;
    private long lastNanos;
    private long lastTotal;
    private double tokens;

    RetryBudget(Budget budget, long nowNanos) {
        origin = nowNanos;
        lastNanos = nowNanos;
        tokens = budget.perSecond() * (double) WINDOW_SECONDS;
    }

    /**
     * Counts what has been earned; to be called at least once a second for the window to be exact.
     *
     * @param total requests since the beginning
     */
    void earn(Budget budget, long total, long nowNanos) {
        long current = (nowNanos - origin) / SECOND;
        // Seconds that nobody has looked at: what came in them is taken to have come in the present one.
        for (long s = Math.max(second, current - WINDOW_SECONDS); s < current; s++) {
            totals[(int) (s % WINDOW_SECONDS)] = lastTotal;
        }
        second = Math.max(second, current);
        long atWindowsBegin = totals[(int) (second % WINDOW_SECONDS)];
        double most = budget.ratio() * (total - atWindowsBegin)
                + budget.perSecond() * (double) WINDOW_SECONDS;
        double earned = budget.ratio() * (total - lastTotal)
                + budget.perSecond() * ((nowNanos - lastNanos) / (double) SECOND);
        tokens = Math.min(most, tokens + earned);
        lastNanos = nowNanos;
        lastTotal = total;
    }

    /** Pays for one retry if that can be afforded. */
    boolean spend() {
        if (tokens < 1) {
            return false;
        }
        tokens--;
        return true;
    }

    double left() {
        return tokens;
    }
}
