package dev.gyre.upstream;

import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.loop.Loop;
import dev.gyre.upstream.hold.HoldLine;
import dev.gyre.upstream.hold.ServiceHold;
import dev.gyre.upstream.hold.Waiter;
import java.time.Duration;

/** The line before a service on one event loop, with the clock that moves it on. */
public final class LoopLine extends Deadline {

    private final Loop loop;
    private final HoldLine line;

    LoopLine(Loop loop, ServiceHold service) {
        this.loop = loop;
        this.line = new HoldLine(service);
    }

    /** New requests must {@link #join}. */
    public boolean closed() {
        return line.closed();
    }

    /** False when too many wait already. */
    public boolean join(Waiter waiter) {
        return line.join(waiter);
    }

    /** Waits for a backend; false when too many wait already. */
    public boolean awaitBackend(Waiter waiter, Duration most) {
        boolean waits = line.awaitBackend(waiter, loop.nanos() + most.toNanos());
        schedule();
        return waits;
    }

    public void leave(Waiter waiter) {
        line.leave(waiter);
    }

    /** Follows the service's present state. */
    void apply(boolean hasBackend) {
        line.apply(hasBackend, loop.nanos());
        schedule();
    }

    /** The service was removed. */
    void serviceRemoved() {
        line.serviceRemoved(loop.nanos());
        schedule();
    }

    /** All that wait give up; false when none waited. */
    boolean giveUp() {
        boolean some = line.giveUp();
        schedule();
        return some;
    }

    @Override
    protected void expired() {
        try {
            line.advance(loop.nanos());
        } finally {
            // Whatever one of them throws, the others are still to go.
            schedule();
        }
    }

    private void schedule() {
        line.due().ifPresentOrElse(due -> loop.schedule(this, due), () -> loop.cancel(this));
    }
}
