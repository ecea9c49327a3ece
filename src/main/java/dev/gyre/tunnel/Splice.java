package dev.gyre.tunnel;

import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.loop.Loop;
import dev.gyre.model.TunnelEnding;
import dev.gyre.model.TunnelPolicy;
import dev.gyre.vertx.ReadMemory;
import io.netty.buffer.ByteBuf;
import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * A tunnel: what comes from one of its two ends goes to the other, never faster than that takes it. Either
 * side may end while the other goes on; a side that breaks off breaks the other. Used on one event loop.
 */
public final class Splice extends Deadline implements TunnelEnd.Owner {

    /** What the tunnel belongs to. */
    public interface Parent {

        void moved(int bytes, boolean toBackend);

        /** Both connections are closed; called once. */
        void ended(TunnelEnding why);
    }

    /** How long both sides have to close after this node has ended the tunnel. */
    private static final Duration FAREWELL = Duration.ofSeconds(5);
    private static final int CLOSE_FRAME = 8;

    private final Loop loop;
    private final Parent parent;
    private final Pipe up;
    private final Pipe down;
    private final TunnelPolicy policy;
    private final long begunNanos;
    private Optional<RandomGenerator> mask = Optional.empty();
    private TunnelEnding why;
    /** This node ends it: no more bytes go on than to the next frame's end. */
    private boolean leaving;
    /** One connection broke off; the other ends when it has got what had come before. */
    private boolean broken;
    private boolean over;
    private long touched;

    /** Joins two connections that have given up HTTP; {@link #begin} starts it. */
    public Splice(Loop loop, TunnelEnd client, TunnelEnd backend, TunnelPolicy policy, Parent parent) {
        this.loop = loop;
        this.parent = parent;
        this.policy = policy;
        this.up = new Pipe(client, backend);
        this.down = new Pipe(backend, client);
        this.begunNanos = loop.nanos();
        this.touched = begunNanos;
    }

    /**
     * It carries a WebSocket, which this node ends by a close frame.
     *
     * @param random for the masks of frames
     */
    public void followFrames(RandomGenerator random) {
        mask = Optional.of(random);
        up.frames = new FrameBorders();
        down.frames = new FrameBorders();
    }

    public void begin() {
        loop.schedule(this, due());
        up.from.begin(this);
        down.from.begin(this);
    }

    /** Ends it from here, as both sides let it: WebSockets by a close frame, others by the end of both. */
    public void leave(TunnelEnding reason) {
        if (leaving || over) {
            return;
        }
        leaving = true;
        because(reason);
        loop.schedule(this, FAREWELL);
        down.leave();
        up.leave();
        settle();
    }

    private void because(TunnelEnding reason) {
        if (why == null) {
            why = reason;
        }
    }

    /** When its side of a WebSocket has said goodbye as well, or has ended, a connection can close. */
    private void settle() {
        for (Pipe pipe : new Pipe[] {up, down}) {
            if (pipe.left && pipe.opposite().said()) {
                pipe.to.endOutput();
            }
        }
    }

    private Pipe of(TunnelEnd from) {
        return from == up.from ? up : down;
    }

    // What the ends tell.

    @Override
    public void read(TunnelEnd from, ByteBuf bytes) {
        if (over || ReadMemory.wasMissing(bytes)) {
            bytes.release();
            breakOff(TunnelEnding.NO_MEMORY);
            return;
        }
        ByteBuf trimmed = ReadMemory.trimmed(bytes);
        loop.memory().read(trimmed.readableBytes());
        touched = loop.nanos();
        of(from).take(trimmed);
    }

    @Override
    public void readComplete(TunnelEnd from) {
        of(from).to.flush();
        of(from).balance();
    }

    @Override
    public void writabilityChanged(TunnelEnd end) {
        touched = loop.nanos();
        of(end).opposite().balance();
    }

    @Override
    public void inputEnded(TunnelEnd end) {
        Pipe pipe = of(end);
        because(end == up.from ? TunnelEnding.CLIENT_CLOSED
                : pipe.broken() ? TunnelEnding.BACKEND_RESET : TunnelEnding.BACKEND_CLOSED);
        if (end == down.from && pipe.broken() && !leaving) {
            // The system ends the connections of a backend that dies in order: its client is to learn of it.
            down.from.close();
            return;
        }
        if (!leaving) {
            pipe.to.endOutput();
        }
        settle();
        if (!end.closed()) {
            end.watchForReset(loop);
        }
    }

    @Override
    public void broke(TunnelEnd end, Throwable cause) {
        breakOff(cause instanceof OutOfMemoryError ? TunnelEnding.NO_MEMORY
                : end == up.from ? TunnelEnding.CLIENT_RESET : TunnelEnding.BACKEND_RESET);
    }

    private void breakOff(TunnelEnding reason) {
        because(reason);
        up.from.reset();
        down.from.reset();
    }

    @Override
    public void closed(TunnelEnd which) {
        TunnelEnd other = of(which).to;
        because(which == up.from ? TunnelEnding.CLIENT_RESET : TunnelEnding.BACKEND_RESET);
        if (other.closed()) {
            end();
        } else if (leaving) {
            other.endOutput();
        } else if (!which.endedBothWays()) {
            broken = true;
            loop.schedule(this, FAREWELL);
            other.resetWhenWritten();
        }
    }

    private void end() {
        if (!over) {
            over = true;
            loop.cancel(this);
            parent.ended(why);
        }
    }

    private long due() {
        long due = touched + policy.idle().toNanos();
        long last = policy.lifetime().map(all -> begunNanos + all.toNanos()).orElse(due);
        return last - due < 0 ? last : due;
    }

    @Override
    protected void expired() {
        if (broken) {
            breakOff(why);
        } else if (leaving) {
            up.from.close();
            down.from.close();
        } else if (loop.nanos() - due() < 0) {
            loop.schedule(this, due());
        } else {
            leave(policy.lifetime().filter(all -> loop.nanos() - begunNanos >= all.toNanos()).isPresent()
                    ? TunnelEnding.LIFETIME : TunnelEnding.IDLE);
        }
    }

    /** One direction. */
    private final class Pipe {

        private final TunnelEnd from;
        private final TunnelEnd to;
        /** Null where it carries something else than a WebSocket. */
        private FrameBorders frames;
        private boolean held;
        /** A close frame follows the frame that is under way. */
        private boolean leavesAtBorder;
        /** This node has ended it: nothing that still comes is passed on. */
        private boolean left;

        Pipe(TunnelEnd from, TunnelEnd to) {
            this.from = from;
            this.to = to;
        }

        Pipe opposite() {
            return this == up ? down : up;
        }

        /** Its sender has said that nothing follows. */
        boolean said() {
            return from.inputEnded() || frames != null && frames.closed();
        }

        /** It has ended, and its last frame has not come. */
        boolean broken() {
            return frames != null && !frames.closed();
        }

        void take(ByteBuf bytes) {
            int passes = bytes.readableBytes();
            if (frames != null) {
                int followed = frames.follow(bytes, leavesAtBorder);
                passes = leavesAtBorder ? followed : passes;
            }
            if (left || to.closed()) {
                bytes.release();
                settle();
                return;
            }
            parent.moved(passes, this == up);
            bytes.writerIndex(bytes.readerIndex() + passes);
            to.write(bytes);
            if (leavesAtBorder && frames.atBorder()) {
                leave();
                settle();
            } else if (to.full()) {
                to.flush();
                balance();
            }
        }

        /** Reads no more than the other side takes. */
        void balance() {
            boolean full = to.full() && !to.closed();
            if (full != held) {
                held = full;
                from.hold(full);
            }
        }

        void leave() {
            leavesAtBorder = false;
            if (frames == null) {
                left = true;
                to.endOutput();
            } else if (frames.closed()) {
                // Both are about to close by themselves.
                left = true;
            } else if (frames.atBorder()) {
                sayGoodbye();
            } else {
                leavesAtBorder = true;
            }
        }

        private void sayGoodbye() {
            left = true;
            ByteBuf frame = to.buffer(CLOSE_FRAME);
            FrameBorders.writeClose(frame, this == up, mask.get());
            to.write(frame);
            to.flush();
        }
    }
}
