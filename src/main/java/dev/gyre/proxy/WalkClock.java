package dev.gyre.proxy;

import dev.gyre.model.Timeouts;
import dev.gyre.pool.DeadlineWheel.Deadline;
import dev.gyre.pool.Loop;
import java.time.Duration;

/** The time limits of one request: on each phase, and on the whole of it where the service sets one. */
final class WalkClock extends Deadline {

    /**
     * How long the rest of a request is read after its answer, so that the client gets to reading that: while
     * it comes, and in all.
     */
    private static final long LINGER_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long LINGER_AT_MOST_NANOS = Duration.ofSeconds(30).toNanos();

    private final RequestWalk walk;
    private final Loop loop;
    private Timeouts timeouts = Timeouts.DEFAULT;
    private RequestWalk.Phase phase = RequestWalk.Phase.CHOOSING;
    private boolean limited;
    private long wholeDue;
    private long touched;

    WalkClock(RequestWalk walk, Loop loop) {
        this.walk = walk;
        this.loop = loop;
    }

    /** Begins to count the whole request; a second call, for another service's backend, changes nothing. */
    void start(Timeouts ofService) {
        timeouts = ofService;
        if (!limited && timeouts.request().isPresent()) {
            limited = true;
            wholeDue = System.nanoTime() + timeouts.request().get().toNanos();
            loop.schedule(this, wholeDue);
        }
    }

    /** Enters a phase, with its full time before it. */
    void restart(RequestWalk.Phase next) {
        phase = next;
        touch();
        if (next == RequestWalk.Phase.LINGERING) {
            limited = true;
            wholeDue = touched + LINGER_AT_MOST_NANOS;
        }
        loop.schedule(this, due());
    }

    /** Something moved; the phase's time begins anew. */
    void touch() {
        touched = System.nanoTime();
    }

    /** When something moved last, by {@link System#nanoTime}. */
    long touched() {
        return touched;
    }

    void stop() {
        loop.cancel(this);
    }

    private long due() {
        long due = touched + switch (phase) {
            case AWAITING -> timeouts.firstByte().toNanos();
            case LINGERING -> LINGER_NANOS;
            default -> timeouts.idle().toNanos();
        };
        return limited && wholeDue - due < 0 ? wholeDue : due;
    }

    @Override
    protected void expired() {
        long now = System.nanoTime();
        if (limited && now - wholeDue >= 0 && phase != RequestWalk.Phase.LINGERING) {
            walk.wholeRequestTookTooLong();
        } else if (phase == RequestWalk.Phase.CHOOSING) {
            // Waiting for a connection has its own limits, in the pool.
            loop.schedule(this, wholeDue);
        } else if (now - due() < 0) {
            loop.schedule(this, due());
        } else {
            walk.stalled();
        }
    }
}
