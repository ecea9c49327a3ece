package dev.gyre.loop;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How much of the heap is left for clients beside all else that lives long, e.g. a large topology. What that
 * is shows after each collection: what is in use then, less what is held for clients. Thread-safe.
 */
public final class HeapRoom {

    /** Of the heap; the default sizes of the generations leave two thirds for what lives long. */
    private static final double MOST = 0.4;
    /** Of what the rest leaves free, for what cannot be counted needs some of it. */
    private static final double OF_FREE = 0.75;
    /** Of the heap, however full it is. */
    private static final double LEAST = 0.05;

    /** Of the part for what lives long. */
    private static final double FULL = 0.9;

    private final long heap;
    private final long old;
    private final LongSupplier live;
    private volatile long seen;
    private volatile long others;

    /**
     * @param heap bytes that the heap may have
     * @param old  bytes of it for what lives long
     * @param live bytes of those that the latest collection has left in use
     */
    HeapRoom(long heap, long old, LongSupplier live) {
        this.heap = heap;
        this.old = old;
        this.live = live;
    }

    public static HeapRoom ofThisProcess() {
        long heap = Runtime.getRuntime().maxMemory();
        // Every collector of HotSpot has such a part but one without generations, whose only part it is.
        Optional<MemoryPoolMXBean> old = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .filter(MemoryPoolMXBean::isCollectionUsageThresholdSupported)
                .filter(pool -> !pool.getName().matches(".*(Eden|Survivor|Young).*"))
                .findFirst();
        long most = old.map(pool -> pool.getUsage().getMax()).filter(max -> max > 0).orElse(heap);
        return new HeapRoom(heap, most,
                () -> old.map(MemoryPoolMXBean::getCollectionUsage).map(MemoryUsage::getUsed).orElse(0L));
    }

    /** The latest collection has left next to nothing free. */
    public boolean full() {
        return live.getAsLong() > FULL * old;
    }

    /**
     * Bytes that may be held for clients.
     *
     * @param held bytes that are
     */
    long most(long held) {
        long now = live.getAsLong();
        if (now != seen) {
            seen = now;
            others = Math.max(0, now - held);
        }
        return (long) Math.max(LEAST * heap, Math.min(MOST * heap, OF_FREE * (old - others)));
    }
}
