package dev.gyre.pool;

import dev.gyre.pool.DeadlineWheel.Deadline;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * What every request on one event loop shares: its clock of deadlines and the client that opens connections.
 * Used on that event loop only, but for {@link #execute}.
 */
public final class Loop {

    /**
     * As large as the largest read from a socket, in bytes: a body is cut into no more pieces than it came
     * in, each of which costs a pass through both pipelines.
     */
    public static final int BODY_PIECE = 64 * 1024;

    private static final long TICK_MILLIS = 10;

    private final EventLoop eventLoop;
    private final int index;
    private final HttpClientAgent client;
    private final DeadlineWheel wheel = new DeadlineWheel(System.nanoTime());
    private boolean ticking;

    /**
     * @param context the event loop's own context
     * @param index   0-based number of this loop within the node
     */
    public Loop(Vertx vertx, Context context, int index) {
        this.eventLoop = ((ContextInternal) context).nettyEventLoop();
        this.index = index;
        this.client = vertx.createHttpClient(clientOptions());
    }

    /**
     * One client an event loop: the pool of Vert.x is never used, and its client would share connections
     * across loops. Answers are passed on as they come, so nothing is decompressed.
     */
    private static HttpClientOptions clientOptions() {
        return new HttpClientOptions()
                .setDecompressionSupported(false)
                .setKeepAliveTimeout(0)
                .setMaxChunkSize(BODY_PIECE)
                .setMaxInitialLineLength(8 * 1024)
                .setMaxHeaderSize(64 * 1024);
    }

    public int index() {
        return index;
    }

    HttpClientAgent client() {
        return client;
    }

    /** Runs on this event loop: at once when called from it, else as soon as the loop gets to it. */
    public void execute(Runnable task) {
        if (eventLoop.inEventLoop()) {
            task.run();
        } else {
            eventLoop.execute(task);
        }
    }

    /** Runs on this event loop after all the I/O events that it has already been told of. */
    public void executeLater(Runnable task) {
        eventLoop.execute(task);
    }

    /**
     * Calls {@link Deadline#expired} at most 10 ms after the given time from now, unless cancelled before.
     */
    public void schedule(Deadline deadline, Duration after) {
        schedule(deadline, System.nanoTime() + after.toNanos());
    }

    /** As above, by the clock of {@link System#nanoTime}. */
    public void schedule(Deadline deadline, long atNanos) {
        if (!ticking) {
            // The wheel stood still while it was empty.
            wheel.advance(System.nanoTime());
            ticking = true;
            eventLoop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
        wheel.schedule(deadline, atNanos);
    }

    public void cancel(Deadline deadline) {
        wheel.cancel(deadline);
    }

    private void tick() {
        wheel.advance(System.nanoTime());
        if (wheel.isEmpty()) {
            ticking = false;
        } else {
            eventLoop.schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }
}
