package dev.gyre.cluster;

import io.vertx.core.Completable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls into Hazelcast that have not returned. A call that was under way when links were cut may never
 * return, although Hazelcast has a deadline for each, and keeps back all that the event bus does after it.
 * Thread-safe.
 */
final class PendingCalls {

    private final Set<AtomicInteger> pending = ConcurrentHashMap.newKeySet();
    private final int most;

    /** @param most looks that a call may take */
    PendingCalls(int most) {
        this.most = most;
    }

    /** What a new call is to complete instead. */
    <T> Completable<T> begin(Completable<T> done) {
        AtomicInteger looks = new AtomicInteger();
        pending.add(looks);
        return (result, failure) -> {
            pending.remove(looks);
            done.complete(result, failure);
        };
    }

    /** To be called periodically. */
    void look() {
        pending.forEach(AtomicInteger::incrementAndGet);
    }

    /** One was found by more looks than a call may take. */
    boolean stuck() {
        return pending.stream().anyMatch(looks -> looks.get() > most);
    }
}
