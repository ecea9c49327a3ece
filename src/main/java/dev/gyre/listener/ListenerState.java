package dev.gyre.listener;

import dev.gyre.model.ExchangeListener;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * What holds towards clients on the whole node, and what has been counted of them. Thread-safe.
 *
 * @param policy     what a client may do
 * @param exceeded   how often a limit was exceeded
 * @param refusals   what was refused because it broke a rule
 * @param memoryEnds connections that were ended for want of memory
 * @param admission  which new connections are let in
 * @param handshakes how many of TLS may be under way
 */
public record ListenerState(ListenerPolicy policy, LimitCounters exceeded, RefusalCounters refusals,
                            MemoryEnds memoryEnds, Admission admission, HandshakeLimits handshakes) {

    /**
     * @param nanos      a clock for what is logged once in a while
     * @param clock      the wall clock
     * @param turnedAway hears of every connection that was turned away
     */
    public static ListenerState of(ListenerPolicy policy, LongSupplier nanos, InstantSource clock,
            ExchangeListener turnedAway) {
        LimitCounters exceeded = new LimitCounters(nanos);
        return new ListenerState(policy, exceeded, new RefusalCounters(nanos),
                new MemoryEnds(System::nanoTime),
                new Admission(policy, exceeded, clock, turnedAway),
                new HandshakeLimits(policy.limits(), policy.forwarding(), nanos));
    }
}
