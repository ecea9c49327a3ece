package dev.gyre.loop;

import java.util.concurrent.atomic.AtomicLong;

/** What one event loop holds on the heap for its clients. Used on that loop only, but for {@link #heap}. */
public final class LoopMemory {

    /** Bytes on the heap that a connection takes by itself: 3.6 KB with epoll, 3.8 KB with io_uring. */
    public static final int CONNECTION = 4 * 1024;

    private final MemoryBudget budget;
    private final int lookEvery;
    /** Written by one thread only. */
    private final AtomicLong heap = new AtomicLong();
    private volatile Runnable whenScarce = () -> { };
    private int read;

    /** @param lookEvery bytes that are read between two measurements */
    LoopMemory(MemoryBudget budget, int lookEvery) {
        this.budget = budget;
        this.lookEvery = lookEvery;
    }

    /** @param then called, on any thread, when there is no longer enough memory for all */
    public void whenScarce(Runnable then) {
        whenScarce = then;
    }

    public MemoryBudget budget() {
        return budget;
    }

    /** Holds so many bytes more, or fewer. */
    public void add(int bytes) {
        heap.lazySet(heap.getPlain() + bytes);
    }

    /**
     * So many bytes have come, from a client or a backend.
     *
     * @return there is not enough memory to read more of it for those who hold much already
     */
    public boolean read(int bytes) {
        read += bytes;
        if (read >= lookEvery) {
            read = 0;
            budget.measure();
        }
        return budget.level() != MemoryBudget.Level.AMPLE;
    }

    /** Bytes. */
    long heap() {
        return heap.get();
    }

    void scarce() {
        whenScarce.run();
    }
}
