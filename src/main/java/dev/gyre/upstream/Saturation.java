package dev.gyre.upstream;

import static dev.gyre.model.DurationText.text;
import static dev.gyre.model.DurationText.threeDigits;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in words that a pool stays full, and how many connections it would need by Little's law: as many as
 * requests arrive in the time that one of them takes.
 *
 * <p>Source: J. Little, "A proof for the queuing formula: L = λW", 1961.
 */
final class Saturation {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.pool");
    /** "About" allows so much of the last digit: a need of 1,306 is called 1,300, not 1,400. */
    private static final double ABOUT = 0.1;
    /** A wait that makes up less of the need goes unmentioned. */
    private static final double NEGLIGIBLE = 0.01;

    private Saturation() {
    }

    static void log(PoolWindow window) {
        LOG.warn("pool saturated service={} backend={} in_use={} limit={} waiting={} median_wait={}"
                + " advice=\"{}\"", window.id().service(), window.id().name(), window.inUse(), window.limit(),
                window.queued(), text(window.waitMedian()), advice(window));
    }

    /** One sentence without a full stop, for {@code backend.list}. */
    static String sentence(PoolWindow window) {
        return window.id() + ": " + busy(window) + ", " + counted(window.queued(), "request")
                + " waiting, median wait " + text(window.waitMedian()) + "; " + advice(window);
    }

    private static String busy(PoolWindow window) {
        int limit = window.limit();
        String share = shared(window)
                ? " (this node's share of " + number(window.maxConnections()) + ")" : "";
        if (limit == 0) {
            return "no connection" + share;
        }
        if (window.inUse() < limit) {
            return number(window.inUse()) + " of " + counted(limit, "connection") + share + " busy";
        }
        return (limit == 1 ? "its only connection" : "all " + number(limit) + " connections") + share
                + " busy";
    }

    private static boolean shared(PoolWindow window) {
        return window.limit() < window.maxConnections();
    }

    private static String advice(PoolWindow window) {
        double served = window.servedPerSecond();
        double refused = window.refusedPerSecond();
        if (served == 0) {
            return "no request was finished meanwhile, so the needed size is unknown: see whether the"
                    + " backend answers at all";
        }
        double queueing = served * seconds(window.meanWait());
        double need = queueing + (served + refused) * seconds(window.serviceTime());
        long size = roundUp(need, ABOUT);
        String here = shared(window) ? " on this node" : "";
        if (size <= window.limit()) {
            return "at " + rate(served + refused) + " requests/s and " + text(window.serviceTime())
                    + " it needs a little more than that, say " + number(roundUp(window.limit() + 1, 0))
                    + here;
        }
        return load(window, queueing > need * NEGLIGIBLE) + " it needs about " + number(size) + here;
    }

    /**
     * The figures whose product is the size. Clients that wait for an answer before they ask again slow down
     * with a full pool: the rate is then too low to tell the need, and the wait makes up for it.
     */
    private static String load(PoolWindow window, boolean waitCounts) {
        double served = window.servedPerSecond();
        double refused = window.refusedPerSecond();
        if (!waitCounts) {
            return "at " + rate(served + refused) + " requests/s and " + text(window.serviceTime());
        }
        return "at " + rate(served) + " requests/s of " + text(window.serviceTime()) + " each after "
                + text(window.meanWait()) + " of waiting" + (refused == 0 ? "" : ", and " + rate(refused)
                + "/s refused,");
    }

    /** Up to a whole number, from 100 on to two digits and noughts; the slack is a part of the last digit. */
    private static long roundUp(double need, double slack) {
        long step = 1;
        while (need / step >= 100) {
            step *= 10;
        }
        return (long) Math.ceil(need / step - slack) * step;
    }

    private static String rate(double perSecond) {
        return perSecond < 10 ? threeDigits(BigDecimal.valueOf(perSecond)) : number(Math.round(perSecond));
    }

    private static String counted(int count, String noun) {
        return number(count) + " " + noun + (count == 1 ? "" : "s");
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
