package dev.gyre.tunnel;

import dev.gyre.loop.Loop;
import dev.gyre.loop.Timer;
import dev.gyre.vertx.Reset;
import dev.gyre.vertx.ResetOfHalfClosed;
import dev.gyre.vertx.ResetOfPaused;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.time.Duration;

/**
 * One of the two connections of a tunnel. It stands before the handlers of HTTP, which hear of nothing any
 * more but the end of the connection, and behind those of TLS.
 */
public final class TunnelEnd extends ChannelInboundHandlerAdapter {

    /** What takes the bytes of this end. */
    interface Owner {

        /** @param bytes to be released */
        void read(TunnelEnd from, ByteBuf bytes);

        void readComplete(TunnelEnd from);

        /** It takes more, or it does not. */
        void writabilityChanged(TunnelEnd of);

        /** Nothing more comes from there. */
        void inputEnded(TunnelEnd of);

        void broke(TunnelEnd of, Throwable cause);

        void closed(TunnelEnd which);
    }

    /** Bytes that wait for the other side to take them, beside one read. */
    private static final WriteBufferWaterMark UNWRITTEN = new WriteBufferWaterMark(32 * 1024, 64 * 1024);
    private static final long HALF_CLOSED_LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    private ChannelHandlerContext ctx;
    private Channel channel;
    private Owner owner;
    private boolean inputEnded;
    private boolean outputEnding;
    private boolean outputEnded;
    private boolean closed;

    /**
     * Takes a connection over from HTTP; to be called in a turn of the event loop in which nothing is read
     * from it, or by what has just been read.
     *
     * @param first the first of the handlers of HTTP
     */
    public static TunnelEnd before(ChannelHandlerContext first) {
        TunnelEnd end = new TunnelEnd();
        first.pipeline().addBefore(first.name(), "gyre-tunnel", end);
        return end;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        channel = context.channel();
        channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
        channel.config().setWriteBufferWaterMark(UNWRITTEN);
    }

    void begin(Owner by) {
        owner = by;
        channel.config().setAutoRead(true);
        ctx.flush();
        if (((DuplexChannel) channel).isInputShutdown()) {
            inputHasEnded();
        }
    }

    /** What HTTP has read and is of the tunnel. */
    public void read(ByteBuf bytes) {
        channelRead(ctx, bytes);
    }

    // What the splice does.

    ByteBuf buffer(int bytes) {
        return ctx.alloc().buffer(bytes);
    }

    void write(ByteBuf bytes) {
        ctx.write(bytes).addListener((ChannelFuture written) -> {
            if (!written.isSuccess() && !outputEnded && !closed) {
                owner.broke(this, written.cause());
            }
        });
    }

    void flush() {
        ctx.flush();
    }

    boolean full() {
        return !channel.isWritable();
    }

    /** Reads nothing for the moment, or reads on. */
    void hold(boolean on) {
        if (!inputEnded) {
            channel.config().setAutoRead(!on);
        }
    }

    boolean inputEnded() {
        return inputEnded;
    }

    /** The other side has ended it and this node has, so that it may close. */
    boolean endedBothWays() {
        return inputEnded && outputEnded;
    }

    boolean closed() {
        return closed;
    }

    /** Ends this node's side when all that was written is out; the other side may go on. */
    void endOutput() {
        if (outputEnding || closed) {
            return;
        }
        outputEnding = true;
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener((ChannelFuture written) -> {
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            if (tls == null || !written.isSuccess()) {
                shutdownOutput(written);
            } else {
                // The socket's end alone would tell the other side that somebody cut the connection.
                tls.closeOutbound().addListener((ChannelFutureListener) this::shutdownOutput);
            }
        });
    }

    private void shutdownOutput(ChannelFuture before) {
        ((DuplexChannel) channel).shutdownOutput().addListener(done -> {
            outputEnded = true;
            closeIfBothEnded();
        });
    }

    private void closeIfBothEnded() {
        if (endedBothWays()) {
            close();
        }
    }

    /** Closes at once, whatever is still to be written. */
    void close() {
        channel.unsafe().close(channel.unsafe().voidPromise());
    }

    /** Breaks it off: an end in order may tell the other side that all has come. */
    void reset() {
        if (!closed) {
            Reset.close(channel);
        }
    }

    /** As {@link #reset}, when all that was written is out. */
    void resetWhenWritten() {
        if (!closed) {
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> reset());
        }
    }

    // What the channel tells.

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
        if (closed) {
            ReferenceCountUtil.release(read);
        } else {
            owner.read(this, (ByteBuf) read);
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        owner.readComplete(this);
        ResetOfPaused.look(channel);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        owner.writabilityChanged(this);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent
                || event instanceof SslCloseCompletionEvent tls && tls.isSuccess()) {
            inputHasEnded();
        }
    }

    private void inputHasEnded() {
        if (!inputEnded && !closed) {
            inputEnded = true;
            owner.inputEnded(this);
            closeIfBothEnded();
        }
    }

    /** A connection whose input has ended tells of its reset only by this. */
    void watchForReset(Loop loop) {
        Timer second = new Timer();
        ResetOfHalfClosed.watch(channel,
                look -> second.set(loop, loop.nanos() + HALF_CLOSED_LOOK_NANOS, look));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        owner.broke(this, cause);
    }

    /** The handlers of HTTP give up what they hold first. */
    @Override
    public void channelInactive(ChannelHandlerContext context) {
        closed = true;
        context.fireChannelInactive();
        owner.closed(this);
    }
}
