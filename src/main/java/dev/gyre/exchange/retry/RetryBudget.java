package dev.gyre.exchange.retry;

import dev.gyre.model.RetryPolicy.Budget;
import java.util.Arrays;

/**
 * What is left of a service's budget: each request earns a share of a retry, and each retry costs one. Not
 * thread-safe; times are those of {@code System.nanoTime()}.
 */
final class RetryBudget {

    /*
     * A bucket of tokens that holds what one and a half seconds may cost at the ratio, and a look at what the
     * last second did cost. With the ratio 0.2, a service that dies as a whole sees at most 1.3 times its
     * requests in any second: the bucket may be emptied at once, so that a backend that dies among three
     * healthy ones costs no client anything, but then nothing more is spent within that second. A request
     * earns four fifths of the ratio, so that ten seconds, the full bucket included, come to less than ten
     * times the ratio. After the first seconds it is 1.16 times, for as long as it lasts: there is no moment
     * at which a window ends and the next burst begins.
     *
     * Finagle and tower let the deposits of ten seconds be spent at once, which is three times the requests
     * in the second in which a service dies. As in Envoy, the minimum is no addition to the ratio but what
     * counts where the ratio comes to less.
     */

    private static final double BURST = 1.5;
    private static final double EARNED = 0.8;
    /** So many seconds of the minimum may be spent at once. */
    private static final double LEAST_BURST = 5;

    private static final long SECOND = 1_000_000_000;
    private static final int SLOTS_A_SECOND = 20;
    private static final long SLOT = SECOND / SLOTS_A_SECOND;

    /** Requests of the present slot, and of those that lie wholly within the last second. */
    private final double[] requests = new double[SLOTS_A_SECOND];
    /** Retries of the present slot, and of all that lie within the last second in part. */
    private final int[] retries = new int[SLOTS_A_SECOND + 1];
    private final long origin;
    private long slot;
    private long lastNanos;
    private long lastTotal;
    private double tokens;
    private double most;

    RetryBudget(Budget budget, long nowNanos) {
        origin = nowNanos;
        lastNanos = nowNanos;
        most = LEAST_BURST * budget.perSecond();
        tokens = most;
    }

    /**
     * Counts what has been earned. What has come since the last call is taken to have come evenly, so that to
     * call it once a second is enough while nothing is spent.
     *
     * @param total requests since the beginning
     */
    void earn(Budget budget, long total, long nowNanos) {
        double came = total - lastTotal;
        spread(came, nowNanos);
        double lastSecond = Arrays.stream(requests).sum();
        most = Math.max(BURST * budget.ratio() * lastSecond, LEAST_BURST * budget.perSecond());
        double missing = Math.max(0, budget.perSecond() - EARNED * budget.ratio() * lastSecond);
        double earned = EARNED * budget.ratio() * came + missing * (nowNanos - lastNanos) / SECOND;
        tokens = Math.min(most, tokens + earned);
        lastNanos = nowNanos;
        lastTotal = total;
    }

    private void spread(double came, long nowNanos) {
        long present = (nowNanos - origin) / SLOT;
        double perNano = came / Math.max(1, nowNanos - lastNanos);
        long first = Math.max(slot, present - SLOTS_A_SECOND);
        for (long each = first; each <= present; each++) {
            if (each > slot) {
                requests[(int) (each % requests.length)] = 0;
                retries[(int) (each % retries.length)] = 0;
            }
            long begin = Math.max(lastNanos, origin + each * SLOT);
            long end = Math.min(nowNanos, origin + (each + 1) * SLOT);
            requests[(int) (each % requests.length)] += perNano * Math.max(1, end - begin);
        }
        slot = Math.max(slot, present);
    }

    /** Pays for one retry if that can be afforded. */
    boolean spend() {
        if (tokens < 1 || Arrays.stream(retries).sum() + 1 > most) {
            return false;
        }
        tokens--;
        retries[(int) (slot % retries.length)]++;
        return true;
    }

    double left() {
        return tokens;
    }
}
