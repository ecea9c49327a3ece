package dev.gyre.loop;

import dev.gyre.loop.DeadlineWheel.Deadline;

/** Does one thing at one time; set again, the other thing at the other time. */
public final class Timer extends Deadline {

    private Runnable task = () -> { };

    /** @param atNanos by the clock of {@link Loop#nanos} */
    public void set(Loop loop, long atNanos, Runnable then) {
        task = then;
        loop.schedule(this, atNanos);
    }

    @Override
    protected void expired() {
        task.run();
    }
}
