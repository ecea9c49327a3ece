package dev.gyre.exchange.retry;

import java.util.concurrent.atomic.AtomicLong;

/**
 * One event loop's hand in the retries of a service: what it counts for each request, without a lock, and
 * what it asks for. Used on that loop only.
 */
public final class LoopRetries {

    private final ServiceRetries service;
    /** Written on this loop alone; others may see it a moment late, which a budget of seconds bears. */
    private final AtomicLong requests = new AtomicLong();
    private final LatencyHistogram answers = new LatencyHistogram();

    LoopRetries(ServiceRetries service) {
        this.service = service;
    }

    /** A request has come for the service, and earns the budget a share of a retry. */
    public void requested() {
        requests.setOpaque(requests.getPlain() + 1);
    }

    long requests() {
        return requests.getOpaque();
    }

    /** An answer began this long after its request was out; to be called if hedges depend on it. */
    public void answered(long nanos) {
        answers.add(nanos);
    }

    /** Within this time 95 of 100 answers begin; {@link Long#MAX_VALUE} while too few are known. */
    public long p95Nanos() {
        return answers.p95();
    }

    /** Pays for a retry; false, and counted as refused, when the budget is spent. */
    public boolean payRetry(long nowNanos) {
        return service.pay(false, nowNanos);
    }

    /** Pays for a hedge; false, and counted as refused, when the budget is spent. */
    public boolean payHedge(long nowNanos) {
        return service.pay(true, nowNanos);
    }
}
