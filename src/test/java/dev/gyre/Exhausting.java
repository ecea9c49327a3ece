package dev.gyre;

/** A process under a {@link Watchdog} that fills its heap, or whose event loop ends, and that goes on. */
final class Exhausting {

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
        Thread.sleep(Long.MAX_VALUE);
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
