package dev.gyre.loop;

import dev.gyre.gate.KnownNames;
import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.model.HttpDate;
import dev.gyre.vertx.ReadMemory;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What every request on one event loop shares: its clock of deadlines and the client that opens connections.
 * Used on that event loop only, but for {@link #execute}.
 */
public final class Loop {

    /**
     * As large as the largest read from a socket, in bytes: a body is cut into no more pieces than it came
     * in, each of which costs a pass through both pipelines.
     */
    public static final int BODY_PIECE = ReadMemory.MOST;

    private static final long TICK_MILLIS = 10;

    private final EventLoop eventLoop;
    private final int index;
    private final Vertx vertx;
    private final ContextInternal context;
    private final Map<Duration, HttpClientAgent> clients = new HashMap<>();
    private final KnownNames names = new KnownNames();
    private final ReadMemory readMemory;
    private final LoopMemory memory;
    private final HttpDate date;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final DeadlineWheel wheel;
    private boolean ticking;

    /**
     * @param context the event loop's own context
     * @param index   0-based number of this loop within the node
     * @param memory  of the node
     * @param clock   the wall clock
     * @param nanos   the clock that all on this loop go by, in place of {@link System#nanoTime}
     */
    public Loop(Vertx vertx, Context context, int index, MemoryBudget memory, InstantSource clock,
                LongSupplier nanos) {
        this.nanos = nanos;
        this.wheel = new DeadlineWheel(nanos.getAsLong());
        this.vertx = vertx;
        this.context = (ContextInternal) context;
        this.eventLoop = this.context.nettyEventLoop();
        this.index = index;
        this.readMemory = memory.readMemory();
        this.memory = memory.loop();
        this.clock = clock;
        this.date = new HttpDate(clock);
    }

    /**
     * Clients of this event loop alone: the pool of Vert.x is never used, and would share connections across
     * loops. Answers are passed on as they come, so nothing is decompressed.
     */
    private static HttpClientOptions clientOptions(Duration connectTimeout) {
        return new HttpClientOptions()
                .setConnectTimeout((int) Math.min(Integer.MAX_VALUE, connectTimeout.toMillis()))
                .setDecompressionSupported(false)
                .setKeepAliveTimeout(0);
    }

    public int index() {
        return index;
    }

    public ReadMemory readMemory() {
        return readMemory;
    }

    /** What this event loop holds for its clients. */
    public LoopMemory memory() {
        return memory;
    }

    /** What Date says at this moment. */
    public CharSequence date() {
        return date.now();
    }

    /** The time of day of something that happened at this {@link #nanos}, in milliseconds since 1970. */
    public long millisAt(long atNanos) {
        return clock.millis() - (nanos() - atNanos) / 1_000_000;
    }

    /** The field names that came lately, from clients and backends. */
    public KnownNames names() {
        return names;
    }

    /** Opens connections; the time to connect is a client's property, and cannot be set for each. */
    public HttpClientAgent client(Duration connectTimeout) {
        return clients.computeIfAbsent(connectTimeout, this::newClient);
    }

    /** Closed with the loop's verticle, after its requests; without a context it would be closed before. */
    private HttpClientAgent newClient(Duration connectTimeout) {
        ContextInternal before = context.beginDispatch();
        try {
            return vertx.createHttpClient(clientOptions(connectTimeout));
        } finally {
            context.endDispatch(before);
        }
    }

    /** The calling thread is this event loop's. */
    public boolean isHere() {
        return eventLoop.inEventLoop();
    }

    /** Runs on this event loop: at once when called from it, else as soon as the loop gets to it. */
    public void execute(Runnable task) {
        if (isHere()) {
            task.run();
        } else {
            eventLoop.execute(task);
        }
    }

    /** Runs on this event loop after all the I/O events that it has already been told of. */
    public void executeLater(Runnable task) {
        eventLoop.execute(task);
    }

    /** By the clock that deadlines on this loop go by. */
    public long nanos() {
        return nanos.getAsLong();
    }

    /**
     * Calls {@link Deadline#expired} at most 10 ms after the given time from now, unless cancelled before.
     */
    public void schedule(Deadline deadline, Duration after) {
        schedule(deadline, nanos() + after.toNanos());
    }

    /** As above, by the clock of {@link #nanos}. */
    public void schedule(Deadline deadline, long atNanos) {
        if (!ticking) {
            // The wheel stood still while it was empty.
            expire();
            ticking = true;
            eventLoop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
        wheel.schedule(deadline, atNanos);
    }

    public void cancel(Deadline deadline) {
        wheel.cancel(deadline);
    }

    private void tick() {
        try {
            expire();
        } finally {
            // Whatever one deadline throws, the others are still to expire.
            ticking = !idle();
            if (ticking) {
                eventLoop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Expires what is due. */
    void expire() {
        wheel.advance(nanos());
    }

    /** No deadline is set. */
    boolean idle() {
        return wheel.isEmpty();
    }
}
