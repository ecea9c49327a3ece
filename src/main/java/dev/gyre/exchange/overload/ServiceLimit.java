package dev.gyre.exchange.overload;

import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.ConcurrencyLimit.Adaptive;
import dev.gyre.model.ConcurrencyStats;
import dev.gyre.model.Priority;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The requests in flight of one service on the whole node, and how many there may be. Thread-safe; times are
 * those of {@code System.nanoTime()}.
 */
public final class ServiceLimit {

    private final AtomicInteger inFlight = new AtomicInteger();
    private final Map<Priority, LongAdder> refused = new EnumMap<>(Priority.class);
    private final ShedState refusing;
    private final Samples samples;
    /** Held by the loop that changes the limit; an event loop that finds it taken goes on without. */
    private final ReentrantLock deciding = new ReentrantLock();
    private volatile Allowance allowance = Allowance.of(Integer.MAX_VALUE, Priority.CRITICAL);
    private volatile Optional<AdaptiveLimit> adaptive = Optional.empty();
    private volatile long windowNanos;

    ServiceLimit(String service, long nowNanos) {
        refusing = new ShedState(service);
        samples = new Samples(nowNanos);
        for (Priority priority : Priority.values()) {
            refused.put(priority, new LongAdder());
        }
    }

    /** @param highest priority that a route to the service has */
    void adopt(ConcurrencyLimit setting, Priority highest) {
        deciding.lock();
        try {
            if (setting instanceof Adaptive settings) {
                AdaptiveLimit now = adaptive.orElseGet(() -> new AdaptiveLimit(settings));
                now.adopt(settings);
                adaptive = Optional.of(now);
                apply(now, highest);
            } else {
                adaptive = Optional.empty();
                int most = setting instanceof ConcurrencyLimit.Fixed fixed ? fixed.most() : Integer.MAX_VALUE;
                allowance = Allowance.of(most, highest);
            }
        } finally {
            deciding.unlock();
        }
    }

    private void apply(AdaptiveLimit now, Priority highest) {
        windowNanos = now.windowNanos();
        int limit = now.limit();
        allowance = now.descent().map(down -> new Allowance(limit, down.forAll() ? down.limit() : limit,
                down.limit(), highest)).orElseGet(() -> Allowance.of(limit, highest));
    }

    /** Admits a request; empty, and counted as refused, when the limit is reached. */
    public Optional<Permit> admit(Priority priority, long nowNanos) {
        Allowance now = allowance;
        int most = now.of(priority);
        for (int before = inFlight.get(); before < most; before = inFlight.get()) {
            if (inFlight.compareAndSet(before, before + 1)) {
                samples.admitted(before + 1);
                return Optional.of(new Permit(this, nowNanos));
            }
        }
        samples.refused(priority == Priority.CRITICAL);
        refused.get(priority).increment();
        refusing.refused(priority, most, now.limit(), nowNanos);
        return Optional.empty();
    }

    /** In seconds: the longest Retry-After for a request refused now. */
    public int retryWithin(long nowNanos) {
        return refusing.retryWithin(nowNanos);
    }

    void answered(long admittedNanos, long latencyNanos, long nowNanos) {
        if (adaptive.isPresent()) {
            samples.answered(admittedNanos, latencyNanos);
            decide(nowNanos);
        }
    }

    void failed(long nowNanos) {
        if (adaptive.isPresent()) {
            samples.failed();
            decide(nowNanos);
        }
    }

    void ended() {
        inFlight.decrementAndGet();
    }

    private void decide(long nowNanos) {
        if (!samples.complete(windowNanos, nowNanos) || !deciding.tryLock()) {
            return;
        }
        try {
            // Another loop may just have done it.
            if (adaptive.isPresent() && samples.complete(windowNanos, nowNanos)) {
                adaptive.get().next(samples.end(nowNanos));
                apply(adaptive.get(), allowance.highest());
                samples.begin(nowNanos);
            }
        } finally {
            deciding.unlock();
        }
    }

    /** Notices the end of an overload; to be called once a second. */
    void sample(long nowNanos) {
        refusing.sample(allowance.limit(), this::counts, nowNanos);
    }

    private Map<Priority, Long> counts() {
        Map<Priority, Long> counts = new EnumMap<>(Priority.class);
        refused.forEach((priority, count) -> counts.put(priority, count.sum()));
        return counts;
    }

    /** Empty while it has no limit. */
    Optional<ConcurrencyStats> stats() {
        int limit = allowance.limit();
        return limit == Integer.MAX_VALUE ? Optional.empty()
                : Optional.of(new ConcurrencyStats(limit, inFlight.get(), counts()));
    }
}
