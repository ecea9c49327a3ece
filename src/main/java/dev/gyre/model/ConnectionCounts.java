package dev.gyre.model;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the open connections of a port, in all and for each {@link AddressBlock}. Thread-safe. */
public final class ConnectionCounts {

    private static final Optional<Limit> ADMITTED = Optional.empty();
    private static final Optional<Limit> TOO_MANY = Optional.of(Limit.CONNECTIONS);
    private static final Optional<Limit> TOO_MANY_OF_ADDRESS = Optional.of(Limit.CONNECTIONS_PER_ADDRESS);

    private final int most;
    private final int mostPerAddress;
    private final AtomicInteger open = new AtomicInteger();
    /** No entry for an address without connections, so that there are never more than connections. */
    private final Map<Long, Integer> openByAddress = new ConcurrentHashMap<>();

    public ConnectionCounts(int most, int mostPerAddress) {
        this.most = most;
        this.mostPerAddress = mostPerAddress;
    }

    public int open() {
        return open.get();
    }

    public int openOf(Long block) {
        return openByAddress.getOrDefault(block, 0);
    }

    public int most() {
        return most;
    }

    /** @return the limit that keeps the connection out; empty: it is counted, until it {@link #leave}s */
    public Optional<Limit> enter(Long block) {
        if (enterTrusted().isPresent()) {
            return TOO_MANY;
        }
        Optional<Limit> exceeded = enterAddress(block);
        if (exceeded.isPresent()) {
            leaveTrusted();
        }
        return exceeded;
    }

    /**
     * Counts a connection that is counted in all already for its address, too, as when a proxy has told whose
     * it is; it ends with {@link #leaveAddress}.
     */
    public Optional<Limit> enterAddress(Long block) {
        if (openByAddress.merge(block, 1, Integer::sum) > mostPerAddress) {
            leaveAddress(block);
            return TOO_MANY_OF_ADDRESS;
        }
        return ADMITTED;
    }

    /** As {@link #enter}, from an address without a limit of its own; it ends with {@link #leaveTrusted}. */
    public Optional<Limit> enterTrusted() {
        if (open.incrementAndGet() > most) {
            open.decrementAndGet();
            return TOO_MANY;
        }
        return ADMITTED;
    }

    public void leave(Long block) {
        leaveAddress(block);
        leaveTrusted();
    }

    public void leaveAddress(Long block) {
        openByAddress.computeIfPresent(block, (key, now) -> now == 1 ? null : now - 1);
    }

    public void leaveTrusted() {
        open.decrementAndGet();
    }
}
