package dev.gyre.upstream.hold;

import dev.gyre.model.Failure;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The requests of one event loop that wait for one service. While the service is held, all wait. When it is
 * released, or gets its first backend, they go in the order of their arrival, spread over a second; requests
 * that arrive meanwhile join the end of the line.
 *
 * <p>One event loop's own; times are those of {@code System.nanoTime()}.
 */
public final class HoldLine {

    /*
     * Each step releases an even part of the line as it is at that moment, newcomers included: of n with t
     * steps left, n / t. So the line is empty at the end of its second at any rate of newcomers. Backends
     * with cold caches and no open connections see the backlog as a load added to the usual one, not as a
     * burst.
     */

    static final long SPREAD_NANOS = 1_000_000_000;
    static final long STEP_NANOS = 10_000_000;

    private final ServiceHold service;
    private final Set<Waiter> line = new LinkedHashSet<>();
    /** Those that wait for a backend, with their deadlines; the line does not wait for them. */
    private final Map<Waiter, Long> awaiting = new LinkedHashMap<>();
    private boolean held;
    private long heldUntil;
    private long emptyBy;
    private long nextStep;

    /** @param service counts the requests that wait on all event loops */
    public HoldLine(ServiceHold service) {
        this.service = service;
    }

    /** New requests must {@link #join}. */
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

    /** Follows the service's present state; notifies no waiter. */
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
    public void serviceRemoved(long now) {
        release(now);
        lineUp();
    }

    /** The time for the last requests is up: those that wait give up. False when none did. */
    public boolean giveUp() {
        lineUp();
        List<Waiter> all = List.copyOf(line);
        for (Waiter waiter : all) {
            leave(waiter);
            waiter.gaveUp(Failure.STOPPED);
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

    /** Releases those whose turn it is, and ends the waits that have reached their deadlines. */
    public void advance(long now) {
        // Also without a command: a registry that cannot write must not hold requests for ever.
        if (held && now - heldUntil >= 0) {
            release(now);
        }
        if (!held && !line.isEmpty() && now - nextStep >= 0) {
            step(now);
        }
        while (!awaiting.isEmpty() && now - awaiting.values().iterator().next() >= 0) {
            Waiter first = awaiting.keySet().iterator().next();
            leave(first);
            first.gaveUp(Failure.NO_BACKEND);
        }
    }

    private void step(long now) {
        nextStep = now + STEP_NANOS;
        long left = Math.max(STEP_NANOS, emptyBy - now);
        long count = (line.size() * STEP_NANOS + left - 1) / left;
        // A released request may cause the service to be held again.
        for (long i = 0; i < count && !held && !line.isEmpty(); i++) {
            Waiter first = line.iterator().next();
            leave(first);
            first.go();
        }
    }
}
