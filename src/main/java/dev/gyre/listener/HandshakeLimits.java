package dev.gyre.listener;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.model.AddressBlock;
import dev.gyre.model.Limit;
import dev.gyre.model.Limits;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How many TLS handshakes may be under way on the node, and how many one address may begin in a second: each
 * costs as much as dozens of requests. Thread-safe.
 */
public final class HandshakeLimits {

    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private final OptionalInt most;
    private final OptionalInt perAddress;
    private final ForwardingSettings forwarding;
    private final LongSupplier nanos;
    private final AtomicInteger underWay = new AtomicInteger();
    /** Begun in the present second; addresses are forgotten with it. */
    private final Map<Long, Integer> begun = new ConcurrentHashMap<>();
    private final AtomicLong second;

    HandshakeLimits(Limits limits, ForwardingSettings forwarding, LongSupplier nanos) {
        this.most = limits.handshakes();
        this.perAddress = limits.handshakesPerAddress();
        this.forwarding = forwarding;
        this.nanos = nanos;
        this.second = new AtomicLong(nanos.getAsLong());
    }

    /** One begins; unless a limit is exceeded, {@link #end} must follow. */
    Optional<Limit> begin(InetAddress client) {
        if (perAddress.isPresent() && !forwarding.trusts(client.getAddress())
                && begun(client) > perAddress.getAsInt()) {
            return Optional.of(Limit.HANDSHAKES_PER_ADDRESS);
        }
        if (most.isPresent() && underWay.incrementAndGet() > most.getAsInt()) {
            end();
            return Optional.of(Limit.HANDSHAKES);
        }
        return Optional.empty();
    }

    private int begun(InetAddress client) {
        long now = nanos.getAsLong();
        long since = second.get();
        if (now - since >= SECOND_NANOS && second.compareAndSet(since, now)) {
            begun.clear();
        }
        return begun.merge(AddressBlock.of(client.getAddress()), 1, Integer::sum);
    }

    void end() {
        if (most.isPresent()) {
            underWay.decrementAndGet();
        }
    }
}
