package dev.gyre.exchange;

import dev.gyre.model.BackendId;
import dev.gyre.model.TunnelEnding;
import dev.gyre.model.TunnelPolicy;
import dev.gyre.model.TunnelStats;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * The tunnels of one service on this node: how many there may be, and what is counted of them. Thread-safe.
 */
final class ServiceTunnels {

    /** One of the places for tunnels, which also what may become one takes. */
    static final class Slot {

        private final ServiceTunnels of;
        private final BackendId backend;
        private final String address;

        private Slot(ServiceTunnels of, BackendId backend, String address) {
            this.of = of;
            this.backend = backend;
            this.address = address;
        }

        /** To be called once. */
        void end() {
            decrement(of.perBackend, backend);
            decrement(of.perAddress, address);
        }
    }

    private final Map<BackendId, Integer> perBackend = new ConcurrentHashMap<>();
    private final Map<String, Integer> perAddress = new ConcurrentHashMap<>();
    private final LongAdder opened = new LongAdder();
    private final LongAdder toBackend = new LongAdder();
    private final LongAdder toClient = new LongAdder();
    private final AtomicLongArray ended = new AtomicLongArray(TunnelEnding.values().length);

    /** The backend has as many as it may have, at this moment. */
    boolean isFull(BackendId backend, TunnelPolicy policy) {
        return isFull(perBackend.getOrDefault(backend, 0), policy.perBackend());
    }

    private static boolean isFull(int taken, OptionalInt limit) {
        return limit.isPresent() && taken >= limit.getAsInt();
    }

    /** Empty when the backend, or the client's address, has as many as it may have. */
    Optional<Slot> take(BackendId backend, String address, TunnelPolicy policy) {
        int ofBackend = perBackend.merge(backend, 1, Integer::sum);
        int ofAddress = perAddress.merge(address, 1, Integer::sum);
        Slot slot = new Slot(this, backend, address);
        if (isFull(ofBackend - 1, policy.perBackend()) || isFull(ofAddress - 1, policy.perAddress())) {
            slot.end();
            return Optional.empty();
        }
        return Optional.of(slot);
    }

    private static <K> void decrement(Map<K, Integer> counts, K key) {
        counts.computeIfPresent(key, (same, count) -> count == 1 ? null : count - 1);
    }

    void opened() {
        opened.increment();
    }

    void moved(int bytes, boolean up) {
        (up ? toBackend : toClient).add(bytes);
    }

    void ended(TunnelEnding why) {
        ended.incrementAndGet(why.ordinal());
    }

    boolean inUse() {
        return !perBackend.isEmpty();
    }

    TunnelStats stats() {
        Map<TunnelEnding, Long> endings = new EnumMap<>(TunnelEnding.class);
        long all = 0;
        for (TunnelEnding why : TunnelEnding.values()) {
            endings.put(why, ended.get(why.ordinal()));
            all += endings.get(why);
        }
        // Those that ended were read first: a tunnel that opens meanwhile is one more, not one less.
        long begun = opened.sum();
        return new TunnelStats(begun - all, begun, endings, toBackend.sum(), toClient.sum());
    }
}
