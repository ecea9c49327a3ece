package dev.gyre;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** A process that takes memory outside the heap as a node does, until it is refused. */
final class FillingDirectMemory {

    private static final int PIECE = 4 << 20;
    /** More than there is by far. */
    private static final int PIECES = 1000;

    private FillingDirectMemory() {
    }

    public static void main(String[] args) {
        Launcher.transports();
        List<ByteBuf> held = new ArrayList<>();
        // What Netty takes from the heap when it begins may need a collection, which is not meant.
        held.add(PooledByteBufAllocator.DEFAULT.directBuffer(PIECE));
        long before = collections();
        String refusal = "none";
        try {
            for (int i = 0; i < PIECES; i++) {
                held.add(PooledByteBufAllocator.DEFAULT.directBuffer(PIECE));
            }
        } catch (OutOfMemoryError e) {
            refusal = e.getClass().getSimpleName();
        }
        System.out.println("refusal=" + refusal + " collections=" + (collections() - before));
    }

    private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionCount).sum();
    }
}
