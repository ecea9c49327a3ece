package dev.gyre;

/** A process under a {@link Watchdog} that fills its heap, or whose event loop ends, and that goes on. */
final class Exhausting {

    private static final byte[][] HELD = new byte[100_000][];

    private Exhausting() {
    }

    public static void main(String[] args) throws InterruptedException {
        new Watchdog().start();
        System.out.println("begins");
        if (args[0].equals("heap")) {
            fill();
        } else {
            end("vert.x-eventloop-thread-0");
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

    private static void end(String name) throws InterruptedException {
        Thread loop = new Thread(() -> {
            try {
                // Long enough for it to have been seen alive.
                Thread.sleep(1_500);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }, name);
        loop.start();
        loop.join();
    }
}
