package dev.gyre.kit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waits for what is about to become so. */
public final class Await {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration STEP = Duration.ofMillis(5);

    private Await() {
    }

    /** Returns once the condition holds; fails with its description after a minute. */
    public static void until(String what, Callable<Boolean> condition) throws Exception {
        until(() -> what, condition);
    }

    /** The same, with a description that is made at the end. */
    public static void until(Supplier<String> what, Callable<Boolean> condition) throws Exception {
        within(PATIENCE, what, condition);
    }

    /** The same, with the time it may take, which is then part of what is tested. */
    public static void within(Duration patience, Supplier<String> what, Callable<Boolean> condition)
            throws Exception {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + patience.toMillis() + " ms: " + what.get());
            }
            pass(STEP);
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
