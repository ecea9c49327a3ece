package dev.gyre;

import java.util.concurrent.CountDownLatch;

/** A process under a {@link Watchdog} that fills its heap, or whose event loop ends, and that goes on. */
final class Exhausting {

    /** A process that nobody ends lives on; there is no memory to make this later. */
    private static final CountDownLatch FOR_EVER = new CountDownLatch(1);
    private static final byte[][] HELD = new byte[100_000][];

    private Exhausting() {
    }

    public static void main(String[] args) throws InterruptedException {
        boolean heap = args[0].equals("heap");
        new Watchdog(() -> !heap).start();
        System.out.println("begins");
        if (heap) {
            fill();
        }
        while (FOR_EVER.getCount() > 0) {
            try {
                FOR_EVER.await();
            } catch (OutOfMemoryError e) {
                // Nothing can be linked any more, and yet the process is there.
                Thread.onSpinWait();
            }
        }
    }

    private static void fill() {
        int count = 0;
        for (int size = 1 << 20; size >= 1 << 10; ) {
            try {
                HELD[count] = new byte[size];
                count++;
            } catch (OutOfMemoryError e) {
                // As libraries do that catch everything.
                size /= 2;
            }
        }
    }
}
