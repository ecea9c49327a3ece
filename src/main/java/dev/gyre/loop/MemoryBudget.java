package dev.gyre.loop;

import dev.gyre.model.MemoryHolding;
import dev.gyre.model.MemoryStats;
import dev.gyre.vertx.ReadMemory;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How much memory a node may hold for its clients, and whether it holds too much. Thread-safe.
 *
 * <p>Two areas count, and the fuller one decides. Outside the heap it is what Netty's pool has handed out:
 * reads, and answers that a client has not taken. On the heap it is what each event loop says it holds in its
 * {@link LoopMemory}: connections, heads of requests, bodies kept for another attempt.
 *
 * <p>Nothing is measured for a single request. Memory grows by what is read, so each loop measures after so
 * many bytes that it has read.
 */
public final class MemoryBudget {

    /** Whether there is memory for more. */
    public enum Level {
        /** Everything is read. */
        AMPLE,
        /** Connections that hold much already are not read. */
        SHORT,
        /** Connections that hold most are ended. */
        EXHAUSTED
    }

    /**
     * Of the memory outside the heap. Chunks of the pool are never filled to the last byte, large reads may
     * take three quarters together, and each connection that is ready may still be read once.
     */
    private static final double DIRECT_MOST = 0.625;
    /** Of what may be held: above it memory is short. */
    private static final double SHORT = 0.75;
    /** Of what may be held: below it memory is ample again. Lower, so that the level does not flicker. */
    private static final double AMPLE = 0.6;
    /** So few bytes are read between two looks that they do no harm, and so many that no request pays. */
    private static final int LOOK_EVERY = 1024 * 1024;
    /** For so long connections that are not read may keep what they hold. */
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(1);

    private final LongSupplier direct;
    private final long directMost;
    private final HeapRoom room;
    private final LongSupplier clock;
    private final List<LoopMemory> loops = new CopyOnWriteArrayList<>();
    private final ReadMemory readMemory = new ReadMemory(() -> level() != Level.AMPLE);
    private volatile Level level = Level.AMPLE;
    private volatile long excess;
    private volatile long shortSince;
    private volatile Runnable whenAmpleAgain = () -> { };

    /** Of this process. */
    public MemoryBudget() {
        this(MemoryBudget::inUse, PlatformDependent.maxDirectMemory(), HeapRoom.ofThisProcess(),
                System::nanoTime);
    }

    /**
     * @param direct bytes in use outside the heap
     * @param most   bytes that the process may have there
     * @param room   on the heap
     * @param clock  as {@link System#nanoTime}
     */
    MemoryBudget(LongSupplier direct, long most, HeapRoom room, LongSupplier clock) {
        this.direct = direct;
        this.directMost = (long) (DIRECT_MOST * most);
        this.room = room;
        this.clock = clock;
    }

    /** The sum over the chunks of the pool takes microseconds; it is no more than what they take together. */
    private static long inUse() {
        long chunks = PlatformDependent.usedDirectMemory();
        return chunks < PlatformDependent.maxDirectMemory() / 4 ? Math.max(0, chunks)
                : PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    }

    /** What the connections of this node read into. */
    public ReadMemory readMemory() {
        return readMemory;
    }

    /** The part of another event loop. */
    LoopMemory loop() {
        LoopMemory loop = new LoopMemory(this, (int) Math.min(LOOK_EVERY, directMost / 64));
        loops.add(loop);
        return loop;
    }

    /** @param then called, on any thread, when all can be read again; it must not block */
    public void whenAmpleAgain(Runnable then) {
        whenAmpleAgain = then;
    }

    /** Gives up what the pool keeps for the calling thread, an event loop, so that whole chunks come free. */
    public void trim() {
        PooledByteBufAllocator.DEFAULT.trimCurrentThreadCache();
    }

    /** As of the last {@link #measure}. */
    public Level level() {
        return level;
    }

    /** Which part of what may be held on the heap is; above 1 is too much. */
    public double heapUsed() {
        long onHeap = heap();
        return (double) onHeap / room.most(onHeap);
    }

    /** Looks at what is held now. */
    public void measure() {
        Level before = level;
        long onHeap = heap();
        long heapMost = room.most(onHeap);
        long outside = direct.getAsLong();
        double full = Math.max((double) onHeap / heapMost, (double) outside / directMost);
        excess = Math.max(onHeap - (long) (AMPLE * heapMost), outside - (long) (AMPLE * directMost));
        Level now = full > 1 ? Level.EXHAUSTED
                : full > (before == Level.AMPLE ? SHORT : AMPLE) ? Level.SHORT : Level.AMPLE;
        boolean begins = before == Level.AMPLE && now != Level.AMPLE;
        if (begins) {
            shortSince = clock.getAsLong();
        }
        level = now;
        if (begins) {
            loops.forEach(LoopMemory::scarce);
        } else if (now == Level.AMPLE && before != Level.AMPLE) {
            whenAmpleAgain.run();
        }
    }

    /**
     * Bytes that the clients of one event loop are to give back at once; 0: none. Each gives an even part,
     * for what is outside the heap is not counted by loops.
     */
    public long toGiveBack() {
        boolean patient = level == Level.SHORT && clock.getAsLong() - shortSince <= PATIENCE;
        return level == Level.AMPLE || patient ? 0 : Math.max(1, excess / Math.max(1, loops.size()));
    }

    private long heap() {
        long sum = 0;
        for (LoopMemory loop : loops) {
            sum += loop.heap();
        }
        return sum;
    }

    /** @param ended connections that were ended for want of memory, by what they held */
    public MemoryStats stats(Map<MemoryHolding, Long> ended) {
        long onHeap = heap();
        return new MemoryStats(direct.getAsLong(), directMost, onHeap, room.most(onHeap), level.ordinal(),
                ended);
    }
}
