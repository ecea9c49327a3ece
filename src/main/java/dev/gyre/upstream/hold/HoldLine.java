package dev.gyre.upstream.hold;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * Those of one event loop who wait for one service. While it is held nobody goes. When it is released, or
 * gets its first backend, they go in the order of their coming, spread over a second, and whoever comes
 * meanwhile stands behind them.
 *
 * <p>One event loop's own; times are those of {@code System.nanoTime()}.
 */
public final class HoldLine {

    /*
     * Each step lets an even part go of those in the line at that moment, newcomers included: of n with t
     * steps left, n / t. So the line is empty at the end of its second at whatever rate newcomers come, and
     * the backends, whose caches are cold and whose connections are still to be opened, see the backlog as a
     * load that is added to the usual one and not as a blow.
     */

    static final long SPREAD_NANOS = 1_000_000_000;
    static final long STEP_NANOS = 10_000_000;

    private final ServiceHold service;
    private final Set<Waiter> line = new LinkedHashSet<>();
    /** Who waits for a backend to come, and how long he does; they hold nobody up. */
    private final Map<Waiter, Long> awaiting = new LinkedHashMap<>();
    private boolean held;
    private long heldUntil;
    private long emptyBy;
    private long nextStep;

    /** @param service counts those who wait on all event loops */
    public HoldLine(ServiceHold service) {
        this.service = service;
    }

    /** Who comes now must {@link #join}. */
    public boolean closed() {
        return held || !line.isEmpty();
    }

    /** Stands at the end of the line; false, and counted as refused, when too many wait already. */
    public boolean join(Waiter waiter) {
        return service.enter() && line.add(waiter);
    }

    /**
     * Waits for a backend, however many others have to be let go before; false as above.
     *
     * @param until when it gives up
     */
    public boolean awaitBackend(Waiter waiter, long until) {
        if (!service.enter()) {
            return false;
        }
        awaiting.put(waiter, until);
        return true;
    }

    /** Does not want to wait any longer; without effect when it does not wait. */
    public void leave(Waiter waiter) {
        if (line.remove(waiter) || awaiting.remove(waiter) != null) {
            service.leave();
        }
    }

    /** Goes by what holds of the service now; tells nobody anything. */
    public void apply(boolean hasBackend, long now) {
        OptionalLong until = service.heldUntil();
        if (until.isPresent() && until.getAsLong() - now > 0) {
            held = true;
            heldUntil = until.getAsLong();
            lineUp();
            return;
        }
        if (held) {
            release(now);
        }
        if (hasBackend && !awaiting.isEmpty()) {
            if (line.isEmpty()) {
                release(now);
            }
            lineUp();
        }
    }

    /** There is no such service any more: requests that wait go, to find that out. */
    public void dissolve(long now) {
        release(now);
        lineUp();
    }

    /** No backend will come any more: requests that wait give up. False when none did. */
    public boolean giveUp() {
        lineUp();
        List<Waiter> all = List.copyOf(line);
        for (Waiter waiter : all) {
            leave(waiter);
            waiter.gaveUp();
        }
        return !all.isEmpty();
    }

    private void lineUp() {
        line.addAll(awaiting.keySet());
        awaiting.clear();
    }

    private void release(long now) {
        held = false;
        emptyBy = now + SPREAD_NANOS;
        nextStep = now;
    }

    /** When {@link #advance} is to be called; empty: not before something else happens here. */
    public OptionalLong due() {
        LongStream deadlines = awaiting.values().stream().limit(1).mapToLong(until -> until);
        LongStream next = held ? LongStream.of(heldUntil)
                : line.isEmpty() ? LongStream.empty() : LongStream.of(nextStep);
        return LongStream.concat(next, deadlines).reduce((a, b) -> a - b < 0 ? a : b);
    }

    /** Lets go, and gives up, whose time has come. */
    public void advance(long now) {
        // Also where nobody could say so: a registry that cannot write must not hold requests for ever.
        if (held && now - heldUntil >= 0) {
            release(now);
        }
        if (!held && !line.isEmpty() && now - nextStep >= 0) {
            step(now);
        }
        while (!awaiting.isEmpty() && now - awaiting.values().iterator().next() >= 0) {
            Waiter first = awaiting.keySet().iterator().next();
            leave(first);
            first.gaveUp();
        }
    }

    private void step(long now) {
        nextStep = now + STEP_NANOS;
        long left = Math.max(STEP_NANOS, emptyBy - now);
        long count = (line.size() * STEP_NANOS + left - 1) / left;
        // Whoever goes may bring about that the service is held again.
        for (long i = 0; i < count && !held && !line.isEmpty(); i++) {
            Waiter first = line.iterator().next();
            leave(first);
            first.go();
        }
    }
}
