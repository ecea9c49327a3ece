package dev.gyre.api;

import dev.gyre.model.AddressBlock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Slows the guessing of tokens: after a few wrong ones an address (IPv6: its /64) has to wait, each time
 * twice as long, up to some seconds. While it waits none of its tokens is checked, not even a right one:
 * otherwise a guess would be confirmed as fast as tokens can be sent. Other addresses do not wait, and a
 * right token between two waits ends them. Used on one event loop.
 */
final class WrongTokens {

    /** Wrong tokens without a wait, for typing errors. */
    private static final int FREE = 3;
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofSeconds(8);
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(10);
    /** Most addresses remembered; beyond, the one that failed longest ago is forgotten. */
    static final int MOST = 10_000;

    private final LongSupplier nanos;
    private final LinkedHashMap<Long, Failed> failed = new LinkedHashMap<>();

    private record Failed(int times, long at) {
    }

    WrongTokens(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** How long this address must still wait; zero: its token is checked. */
    Duration wait(String address) {
        Failed last = failed.get(AddressBlock.of(address));
        if (last == null || last.times() <= FREE) {
            return Duration.ZERO;
        }
        int doublings = Math.min(last.times() - FREE - 1, 10);
        long wait = Math.min(LONGEST.toNanos(), FIRST.toNanos() << doublings);
        return Duration.ofNanos(Math.max(0, last.at() + wait - nanos.getAsLong()));
    }

    void wrong(String address) {
        Long key = AddressBlock.of(address);
        long now = nanos.getAsLong();
        Failed last = failed.remove(key);
        boolean fresh = last == null || now - last.at() > FORGOTTEN_AFTER.toNanos();
        failed.put(key, new Failed(fresh ? 1 : last.times() + 1, now));
        if (failed.size() > MOST) {
            Map.Entry<Long, Failed> eldest = failed.entrySet().iterator().next();
            failed.remove(eldest.getKey());
        }
    }

    void right(String address) {
        failed.remove(AddressBlock.of(address));
    }

    int remembered() {
        return failed.size();
    }
}
