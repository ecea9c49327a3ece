package dev.gyre.kit;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Netty's own, which keeps what it finds for {@link NoLeaks}. Netty makes it by its name in
 * {@code io.netty.customResourceLeakDetector}.
 */
public final class LeakDetector<T> extends ResourceLeakDetector<T> {

    private static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();
    private static final int ROUNDS = 3;

    public LeakDetector(Class<?> resourceType, int samplingInterval) {
        super(resourceType, samplingInterval);
    }

    public LeakDetector(Class<?> resourceType, int samplingInterval, long maxActive) {
        super(resourceType, samplingInterval);
    }

    static boolean isOn() {
        return getLevel() == Level.PARANOID;
    }

    /** The flags that let a process find leaks as this one does. */
    static List<String> flags() {
        return isOn() ? List.of("-Dio.netty.leakDetection.level=paranoid",
                "-Dio.netty.customResourceLeakDetector=" + LeakDetector.class.getName()) : List.of();
    }

    static void found(String leak) {
        FOUND.add(leak);
    }

    /** All that was found since the last call. */
    static List<String> takeAll() {
        // A leak is seen when what leaked has been collected and another of its kind is made.
        for (int i = 0; i < ROUNDS; i++) {
            System.gc();
            PooledByteBufAllocator.DEFAULT.directBuffer(1).release();
        }
        List<String> all = new ArrayList<>();
        for (String leak = FOUND.poll(); leak != null; leak = FOUND.poll()) {
            all.add(leak);
        }
        return all;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
        super.reportTracedLeak(resourceType, records);
        found(resourceType + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
        super.reportUntracedLeak(resourceType);
        found(resourceType);
    }
}
