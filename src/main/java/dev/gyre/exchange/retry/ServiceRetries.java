package dev.gyre.exchange.retry;

import dev.gyre.model.RetryPolicy.Budget;
import dev.gyre.model.RetryStats;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The retries of one service on the whole node: its budget, and what became of it. Thread-safe; event loops
 * meet here only when an attempt has failed.
 */
public final class ServiceRetries {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.retry");
    /** While a dead service eats up every token as it comes, refusals are never far apart. */
    private static final long QUIET_NANOS = Duration.ofSeconds(10).toNanos();

    private final String service;
    private final List<LoopRetries> loops;
    private final RetryBudget budget;
    private Budget policy;
    private long retried;
    private long hedged;
    private long refused;
    private boolean refusing;
    private long lastRefusal;
    private long refusedBefore;

    ServiceRetries(String service, int loops, Budget policy, long nowNanos) {
        this.service = service;
        this.loops = IntStream.range(0, loops).mapToObj(index -> new LoopRetries(this)).toList();
        this.policy = policy;
        this.budget = new RetryBudget(policy, nowNanos);
    }

    /** @param index of the event loop within the node */
    public LoopRetries on(int index) {
        return loops.get(index);
    }

    synchronized void adopt(Budget changed) {
        policy = changed;
    }

    synchronized boolean pay(boolean hedge, long nowNanos) {
        budget.earn(policy, requests(), nowNanos);
        if (!budget.spend()) {
            refuse(nowNanos);
            return false;
        }
        if (hedge) {
            hedged++;
        } else {
            retried++;
        }
        return true;
    }

    private void refuse(long nowNanos) {
        if (!refusing) {
            refusing = true;
            refusedBefore = refused;
            LOG.warn("retry budget spent service={} ratio={} per_second={}: failures go to the clients",
                    service, policy.ratio(), policy.perSecond());
        }
        refused++;
        lastRefusal = nowNanos;
    }

    /** Keeps the window of the budget, and notices that it has recovered; to be called once a second. */
    synchronized void sample(long nowNanos) {
        budget.earn(policy, requests(), nowNanos);
        if (refusing && nowNanos - lastRefusal >= QUIET_NANOS) {
            refusing = false;
            LOG.info("retry budget recovered service={} refused={}", service, refused - refusedBefore);
        }
    }

    synchronized RetryStats stats() {
        return new RetryStats(retried, hedged, refused, budget.left());
    }

    private long requests() {
        long sum = 0;
        for (int i = 0; i < loops.size(); i++) {
            sum += loops.get(i).requests();
        }
        return sum;
    }
}
