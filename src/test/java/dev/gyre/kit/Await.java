package dev.gyre.kit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * Waits for what is about to become so. The one bound on such a wait is so long that no busy machine reaches
 * it: how fast something is belongs to src/bench.
 */
public final class Await {

    /** How long a test waits for anything, in seconds. */
    public static final int SECONDS = 180;
    /** The same, for what counts milliseconds. */
    public static final int MILLIS = SECONDS * 1_000;
    /** The same. */
    public static final Duration PATIENCE = Duration.ofSeconds(SECONDS);
    /** How long it looks away after each look: a twentieth of the time waited so far, within these bounds. */
    private static final Duration LEAST = Duration.ofMillis(5);
    private static final Duration MOST = Duration.ofMillis(50);
    private static final int PARTS = 20;

    private Await() {
    }

    /** Returns once the condition holds; fails with its description when {@link #PATIENCE} is over. */
    public static void until(String what, Callable<Boolean> condition) throws Exception {
        until(() -> what, condition);
    }

    /** The same, with a description that is made at the end. */
    public static void until(Supplier<String> what, Callable<Boolean> condition) throws Exception {
        long begun = System.nanoTime();
        while (!condition.call()) {
            long waited = System.nanoTime() - begun;
            if (waited > PATIENCE.toNanos()) {
                throw new AssertionError("not within " + SECONDS + " s: " + what.get());
            }
            // A look at another process costs both some milliseconds of CPU.
            pass(Duration.ofNanos(Math.max(LEAST.toNanos(), Math.min(MOST.toNanos(), waited / PARTS))));
        }
    }

    /**
     * Lets time pass, if any is left; only where its passing is itself part of what is tested, such as a
     * rate.
     */
    public static void pass(Duration time) throws InterruptedException {
        Thread.sleep(Math.max(0, time.toMillis()));
    }
}
