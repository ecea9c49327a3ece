package dev.gyre.loop;

import dev.gyre.gate.KnownNames;
import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.model.HttpDate;
import dev.gyre.vertx.ReadMemory;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What every request on one event loop shares: its clock of deadlines and how it opens connections.
 * Used on that event loop only, but for {@link #execute}.
 */
public final class Loop {

    /**
     * As large as the largest read from a socket, in bytes: a body is cut into no more pieces than it came
     * in, each of which costs a pass through both pipelines.
     */
    public static final int BODY_PIECE = ReadMemory.MOST;

    /** Bytes that wait on a connection for its backend to take them: a few of the largest pieces. */
    private static final WriteBufferWaterMark UNWRITTEN =
            new WriteBufferWaterMark(2 * BODY_PIECE, 4 * BODY_PIECE);

    private static final long TICK_MILLIS = 10;

    private final EventLoop eventLoop;
    private final int index;
    private final ContextInternal context;
    private final Bootstrap bootstrap;
    private final Bootstrap unixBootstrap;
    private final ChannelGroup connections;
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
        this.context = (ContextInternal) context;
        this.eventLoop = this.context.nettyEventLoop();
        this.index = index;
        this.readMemory = memory.readMemory();
        this.memory = memory.loop();
        this.clock = clock;
        this.date = new HttpDate(clock);
        this.connections = new DefaultChannelGroup(eventLoop, true);
        this.context.addCloseHook(done -> connections.close().addListener(closed -> done.succeed()));
        this.bootstrap = new Bootstrap().group(eventLoop)
                .channelFactory(this.context.owner().transport().channelFactory(false))
                .resolver(this.context.owner().nameResolver().nettyAddressResolverGroup())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNWRITTEN);
        this.unixBootstrap = new Bootstrap().group(eventLoop)
                .channelFactory(this.context.owner().transport().channelFactory(true))
                .disableResolver()
                .option(ChannelOption.WRITE_BUFFER_WATER_MARK, UNWRITTEN);
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

    /**
     * Opens a connection, which is closed with the loop's verticle, after its requests.
     *
     * @param handler the first and only one of its channel
     */
    public ChannelFuture connect(String host, int port, Duration timeout, ChannelHandler handler) {
        return connect(bootstrap, SocketAddress.inetSocketAddress(port, host), timeout, handler);
    }

    /** As above, to a Unix socket. */
    public ChannelFuture connectUnix(String path, Duration timeout, ChannelHandler handler) {
        return connect(unixBootstrap, SocketAddress.domainSocketAddress(path), timeout, handler);
    }

    private ChannelFuture connect(Bootstrap by, SocketAddress to, Duration timeout, ChannelHandler handler) {
        return by.clone()
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        (int) Math.min(Integer.MAX_VALUE, timeout.toMillis()))
                .handler(handler)
                .connect(context.owner().transport().convert(to))
                .addListener((ChannelFuture opened) -> {
                    if (opened.isSuccess()) {
                        connections.add(opened.channel());
                    }
                });
    }

    /** What was called on this event loop has failed, which nothing else tells. */
    public void report(Throwable fault) {
        context.reportException(fault);
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

    /** The result of work that may wait for a disk, given on this event loop. */
    public <T> Future<T> onWorker(Callable<T> work) {
        return context.executeBlocking(work, false);
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
