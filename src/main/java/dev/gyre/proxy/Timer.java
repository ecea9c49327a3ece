package dev.gyre.proxy;

import dev.gyre.pool.DeadlineWheel.Deadline;
import dev.gyre.pool.Loop;

/** Does one thing at one time; set again, the other thing at the other time. */
final class Timer extends Deadline {

    private Runnable task = () -> { };

    /** @param atNanos by the clock of {@link Loop#nanos} */
    void set(Loop loop, long atNanos, Runnable then) {
        task = then;
        loop.schedule(this, atNanos);
    }

    @Override
    protected void expired() {
        task.run();
    }
}
