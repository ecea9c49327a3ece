package dev.gyre.upstream;

import dev.gyre.gate.BackendCodec;
import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.loop.Loop;
import dev.gyre.loop.LoopMemory;
import dev.gyre.vertx.AtomicWrites;
import dev.gyre.vertx.PendingReads;
import dev.gyre.vertx.ReadMemory;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.impl.UnpooledHttpClientConnection;
import io.vertx.core.net.impl.VertxConnection;
import java.time.Duration;

/** A connection of HTTP/1, which carries one request at a time. */
final class Http1BackendConnection implements BackendConnection, Http1BackendStream.Carrier {

    private static final int MAX_STATUS_LINE = 8 * 1024;
    private static final int MAX_HEADERS = 64 * 1024;
    /** How long a backend may take to close its side of a connection that is given up for another loop. */
    private static final Duration FAREWELL = Duration.ofMillis(10);
    /** How much more is read, in bytes, while the client takes no more. */
    private static final int MOST_HELD = Loop.BODY_PIECE;

    private final Loop loop;
    private final HttpClientConnection http;
    private final VertxConnection transport;
    private final Channel channel;
    private final BackendCodec codec;
    private Owner owner;
    /** One for all requests, of which there is one at a time. */
    private final RequestOptions options = new RequestOptions();
    /** Null between two requests. */
    private StreamUser user;
    private boolean answered;
    private boolean reading;
    private boolean holding;
    private int held;
    private boolean released;
    private boolean gone;

    Http1BackendConnection(Loop loop, HttpClientConnection http) {
        this.loop = loop;
        this.http = http;
        this.codec = new BackendCodec(loop.names(), MAX_STATUS_LINE, MAX_HEADERS, Loop.BODY_PIECE);
        this.transport = (VertxConnection) ((UnpooledHttpClientConnection) http).unwrap();
        this.channel = transport.channel();
        loop.readMemory().serve(channel);
        loop.memory().add(LoopMemory.CONNECTION);
        channel.pipeline().replace("codec", "codec", codec);
        channel.pipeline().addFirst("gyre", new Watch());
        channel.pipeline().addBefore("handler", "gyre-whole", AtomicWrites.INSTANCE);
        http.closeHandler(v -> closed());
        // A broken connection is reported to its request by the stream; Vert.x would log it once more.
        http.exceptionHandler(e -> { });
    }

    @Override
    public void belongsTo(Owner to) {
        owner = to;
    }

    @Override
    public int maxStreams() {
        return 1;
    }

    @Override
    public boolean usable() {
        return !gone && !codec.last() && !codec.unasked() && channel.isActive();
    }

    @Override
    public void open(HttpMethod method, String target, StreamUser by) {
        user = by;
        answered = false;
        http.request(options.setMethod(method).setURI(target)).onComplete((request, failure) -> {
            if (failure == null) {
                by.opened(new Http1BackendStream(request, this));
            } else {
                by.notOpened(failure);
            }
        });
    }

    /** Only what went through to the last byte leaves the connection fit for another request. */
    @Override
    public void end(StreamUser by, boolean whole) {
        if (!whole) {
            close();
        } else if (reading) {
            // Something may follow the answer: the next request comes when that is known.
            released = true;
        } else {
            free();
        }
    }

    private void free() {
        user = null;
        if (holding) {
            hold(false);
        }
        owner.streamEnded();
    }

    @Override
    public boolean answered() {
        return answered;
    }

    @Override
    public HttpHeaders fields() {
        return codec.fields();
    }

    @Override
    public boolean old() {
        return codec.version().equals(HttpVersion.HTTP_1_0);
    }

    /**
     * Vert.x would first write out what is pending, and so never close a connection whose backend has stopped
     * reading.
     */
    @Override
    public void close() {
        if (!gone) {
            channel.unsafe().close(channel.unsafe().voidPromise());
        }
    }

    @Override
    public void hold(boolean on) {
        holding = on;
        held = 0;
        if (!on && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
    }

    private void holdBack(int bytes) {
        held += bytes;
        if (held >= MOST_HELD) {
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void leave() {
        ((DuplexChannel) channel).shutdownOutput();
        loop.schedule(new Deadline() {
            @Override
            protected void expired() {
                close();
            }
        }, FAREWELL);
    }

    private void closed() {
        gone = true;
        loop.memory().add(-LoopMemory.CONNECTION);
        PendingReads.release(transport);
        owner.closed();
    }

    /**
     * Sees what arrives before Vert.x does: whether anything came at all, what came without a request,
     * and when a read is through.
     */
    private final class Watch extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object read) {
            if (ReadMemory.wasMissing(read)) {
                ReferenceCountUtil.release(read);
                ctx.fireExceptionCaught(new OutOfMemoryError("no memory to read an answer into"));
                close();
                return;
            }
            if (user == null && !released || !codec.awaiting()) {
                ReferenceCountUtil.release(read);
                close();
                return;
            }
            ByteBuf message = ReadMemory.trimmed((ByteBuf) read);
            if (!answered && user != null) {
                user.firstByte();
            }
            answered = true;
            boolean scarce = loop.memory().read(message.readableBytes());
            if (holding) {
                holdBack(scarce ? MOST_HELD : message.readableBytes());
            }
            reading = true;
            ctx.fireChannelRead(message);
            reading = false;
            if (released) {
                released = false;
                free();
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.fireChannelReadComplete();
            if (user != null) {
                user.readComplete();
            }
        }
    }
}
