package dev.gyre.exchange;

import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.loop.Loop;
import dev.gyre.model.Failure;
import dev.gyre.model.FinishedExchange.Times;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Timeouts;
import java.time.Duration;
import java.util.Optional;

/**
 * The time limits of one {@link Exchange}: on each state, and on the whole of it where the service sets one.
 */
final class ExchangeClock extends Deadline {

    /** What is timed; hears of {@link ExchangeEvent#STALLED}. */
    interface Parent {

        ExchangeState state();

        boolean fire(ExchangeEvent event);

        /** The request as a whole fails, whatever is tried. */
        void fail(Failure failure, String details);
    }

    /**
     * How long the rest of a request is read after its answer, so that the client gets to reading that: while
     * it comes, and in all.
     */
    private static final long LINGER_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long LINGER_AT_MOST_NANOS = Duration.ofSeconds(30).toNanos();
    /** How often a request that waits for an answer checks that its backend is still worth the wait. */
    private static final long LOOK_NANOS = Duration.ofMillis(500).toNanos();

    private final Parent parent;
    private final Loop loop;
    private Timeouts timeouts = Timeouts.DEFAULT;
    private Duration answerLimit = timeouts.firstByte();
    private boolean limited;
    private long wholeDue;
    private long touched;
    private long nextLook;
    private long enteredNanos;
    private final long headNanos;
    private long selecting;
    private long sending;
    private long awaiting;
    private long answering;
    private long lingering;
    private long tunnelling;

    /** @param begunNanos when the request's first byte was read */
    ExchangeClock(Parent parent, Loop loop, long begunNanos) {
        this.parent = parent;
        this.loop = loop;
        this.enteredNanos = loop.nanos();
        this.headNanos = enteredNanos - begunNanos;
    }

    /** Begins to count the whole request, once, and its next attempt. */
    void start(ServicePolicy ofService) {
        timeouts = ofService.timeouts();
        Optional<Duration> perTry = ofService.retry().perTry();
        answerLimit = perTry.isPresent() && perTry.get().compareTo(timeouts.firstByte()) < 0 ? perTry.get()
                : timeouts.firstByte();
        if (!limited && timeouts.request().isPresent()) {
            limited = true;
            wholeDue = loop.nanos() + timeouts.request().get().toNanos();
            loop.schedule(this, wholeDue);
        }
    }

    /** A state has been entered, with its full time before it. */
    void restart() {
        touched = enteredNanos;
        if (parent.state() == ExchangeState.LINGERING) {
            limited = true;
            wholeDue = touched + LINGER_AT_MOST_NANOS;
        }
        nextLook = touched + LOOK_NANOS;
        loop.schedule(this, due());
    }

    /** Between two attempts only the limit on the whole request counts. */
    void pause() {
        if (limited) {
            loop.schedule(this, wholeDue);
        } else {
            loop.cancel(this);
        }
    }

    /** It has become a tunnel, which has limits of its own. */
    void rest() {
        limited = false;
        loop.cancel(this);
    }

    /**
     * The time of one attempt of several is up: lets it have the time that it would have had as the only one.
     * False when it has had that.
     */
    boolean extend() {
        if (answerLimit.equals(timeouts.firstByte())) {
            return false;
        }
        answerLimit = timeouts.firstByte();
        loop.schedule(this, due());
        return true;
    }

    /** Something moved; the state's time begins again. */
    void touch() {
        touched = loop.nanos();
    }

    /** Since something moved, or since the present state was entered. */
    long nanosInState() {
        return loop.nanos() - touched;
    }

    /** When something moved last, by {@link Loop#nanos}. */
    long touched() {
        return touched;
    }

    /** The answer's whole time is up. */
    boolean answerOverdue() {
        return loop.nanos() - touched >= answerLimit.toNanos();
    }

    /** The backend has had its turn for the greater part of what the whole request may take. */
    boolean mostOfRequestInState() {
        return timeouts.request().filter(whole -> 2 * nanosInState() >= whole.toNanos()).isPresent();
    }

    /** A state is left: adds to what was spent in it. */
    void left(ExchangeState state) {
        long now = loop.nanos();
        long spent = now - enteredNanos;
        enteredNanos = now;
        switch (state) {
            case SELECTING -> selecting += spent;
            case SENDING -> sending += spent;
            case AWAITING -> awaiting += spent;
            case ANSWERING -> answering += spent;
            case LINGERING -> lingering += spent;
            case TUNNELLING -> tunnelling += spent;
            case DONE -> { }
        }
    }

    /** Stops, and returns the times spent. */
    Times stop() {
        loop.cancel(this);
        long begunNanos = enteredNanos - headNanos - selecting - sending - awaiting - answering - lingering
                - tunnelling;
        return new Times(loop.millisAt(begunNanos), headNanos, selecting, sending, awaiting, answering,
                lingering, tunnelling);
    }

    private long due() {
        long due = touched + switch (parent.state()) {
            case AWAITING -> Math.min(answerLimit.toNanos(), nextLook - touched);
            case LINGERING -> LINGER_NANOS;
            default -> timeouts.idle().toNanos();
        };
        return limited && wholeDue - due < 0 ? wholeDue : due;
    }

    @Override
    protected void expired() {
        long now = loop.nanos();
        if (limited && now - wholeDue >= 0 && parent.state() != ExchangeState.LINGERING) {
            parent.fail(Failure.REQUEST_TIMEOUT, "");
        } else if (parent.state() == ExchangeState.SELECTING) {
            // Waiting for a connection has its own limits, in the pool.
            loop.schedule(this, wholeDue);
        } else if (now - due() < 0) {
            loop.schedule(this, due());
        } else {
            if (parent.state() == ExchangeState.AWAITING && !answerOverdue()) {
                nextLook = now + LOOK_NANOS;
                loop.schedule(this, due());
            }
            parent.fire(ExchangeEvent.STALLED);
        }
    }
}
