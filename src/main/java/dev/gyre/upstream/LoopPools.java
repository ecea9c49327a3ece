package dev.gyre.upstream;

import dev.gyre.loop.Loop;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;

/**
 * One backend's connections on all event loops, each made when its loop first has to do with the backend: of
 * a large fleet most loops never have. Thread-safe.
 */
final class LoopPools {

    private final BackendPool shared;
    private final AtomicReferenceArray<LoopPool> byIndex;

    LoopPools(BackendPool shared, int loops) {
        this.shared = shared;
        this.byIndex = new AtomicReferenceArray<>(loops);
    }

    LoopPool on(Loop loop) {
        LoopPool known = byIndex.get(loop.index());
        return known != null ? known : made(loop);
    }

    private LoopPool made(Loop loop) {
        byIndex.compareAndSet(loop.index(), null, new LoopPool(shared, loop));
        return byIndex.get(loop.index());
    }

    Optional<LoopPool> known(Loop loop) {
        return Optional.ofNullable(byIndex.get(loop.index()));
    }

    int inFlight() {
        int sum = 0;
        for (int i = 0; i < byIndex.length(); i++) {
            LoopPool pool = byIndex.get(i);
            sum += pool == null ? 0 : pool.tally().inFlight();
        }
        return sum;
    }

    int resting() {
        int sum = 0;
        for (int i = 0; i < byIndex.length(); i++) {
            LoopPool pool = byIndex.get(i);
            sum += pool == null ? 0 : pool.resting();
        }
        return sum;
    }

    /** One that has a connection at rest. */
    Optional<LoopPool> withResting() {
        return IntStream.range(0, byIndex.length()).mapToObj(byIndex::get)
                .filter(pool -> Objects.nonNull(pool) && pool.resting() > 0).findFirst();
    }

    /** The request that has waited longest; the backend's lock is held. */
    Optional<Lease> oldest() {
        Lease oldest = null;
        for (int i = 0; i < byIndex.length(); i++) {
            LoopPool pool = byIndex.get(i);
            if (pool != null && !pool.queue.isEmpty()) {
                Lease head = pool.queue.iterator().next();
                if (oldest == null || head.waitingSince() - oldest.waitingSince() < 0) {
                    oldest = head;
                }
            }
        }
        return Optional.ofNullable(oldest);
    }
}
