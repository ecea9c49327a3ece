package dev.gyre.upstream.hold;

import dev.gyre.model.DurationText;
import dev.gyre.model.HoldPolicy;
import dev.gyre.model.HoldStats;
import dev.gyre.model.Service;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether a service is held, and how many wait for it on the whole node. Thread-safe. */
public final class ServiceHold {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.hold");

    /** In {@code System.nanoTime()} as well, so that no step of the wall clock makes the wait longer. */
    private record Held(Instant until, long untilNanos) {
    }

    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder waited = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private volatile int most = HoldPolicy.DEFAULT.queue();
    private volatile Optional<Held> held = Optional.empty();

    /** Says so in the log when the service is held or released by this. */
    void adopt(Service service, Instant now, long nowNanos) {
        most = service.policy().hold().queue();
        if (held.map(Held::until).equals(service.heldUntil())) {
            return;
        }
        held = service.heldUntil().map(until ->
                new Held(until, nowNanos + Duration.between(now, until).toNanos()));
        if (held.isPresent()) {
            LOG.info("service held service={} until={} queue={}", service.name(), held.get().until(), most);
        } else {
            LOG.info("service released service={} waiting={} sent_within={}", service.name(), waiting.get(),
                    DurationText.text(Duration.ofNanos(HoldLine.SPREAD_NANOS)));
        }
    }

    /** Empty: it is not held. */
    OptionalLong heldUntil() {
        return held.map(of -> OptionalLong.of(of.untilNanos())).orElseGet(OptionalLong::empty);
    }

    /** One more waits; false, and counted as refused, when no more may. */
    boolean enter() {
        int before = waiting.getAndUpdate(count -> count < most ? count + 1 : count);
        boolean enters = before < most;
        (enters ? waited : refused).increment();
        return enters;
    }

    void leave() {
        waiting.decrementAndGet();
    }

    HoldStats stats() {
        return new HoldStats(waiting.get(), waited.sum(), refused.sum());
    }
}
