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
import io.vertx.core.Handler;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.impl.UnpooledHttpClientConnection;
import io.vertx.core.net.impl.VertxConnection;
import java.time.Duration;

/**
 * One connection to a backend. It holds one of the {@link BackendPool}'s places from before it opens until it
 * is closed, and lives on one event loop.
 */
final class PooledConnection implements BackendConnection {

    private static final int MAX_STATUS_LINE = 8 * 1024;
    private static final int MAX_HEADERS = 64 * 1024;
    /** How long a backend may take to close its side of a connection that is given up for another loop. */
    private static final Duration FAREWELL = Duration.ofMillis(10);
    /** How much more is read, in bytes, for a client who takes no more at the moment. */
    private static final int MOST_HELD = Loop.BODY_PIECE;

    private final LoopPool pool;
    private final HttpClientConnection http;
    private final VertxConnection transport;
    private final Channel channel;
    private final BackendCodec codec;
    private Lease lease;
    private Lease heir;
    private int leases;
    private boolean answered;
    private boolean reading;
    private boolean holding;
    private int held;
    private boolean released;
    private boolean gone;
    private long idleSince;

    PooledConnection(LoopPool pool, HttpClientConnection http) {
        this.pool = pool;
        this.http = http;
        this.codec = new BackendCodec(pool.loop().names(), MAX_STATUS_LINE, MAX_HEADERS, Loop.BODY_PIECE);
        this.transport = (VertxConnection) ((UnpooledHttpClientConnection) http).unwrap();
        this.channel = transport.channel();
        pool.loop().readMemory().serve(channel);
        pool.loop().memory().add(LoopMemory.CONNECTION);
        channel.pipeline().replace("codec", "codec", codec);
        channel.pipeline().addFirst("gyre", new Watch());
        channel.pipeline().addBefore("handler", "gyre-whole", AtomicWrites.INSTANCE);
        http.closeHandler(v -> closed());
        // A broken connection is reported to its request by the stream; Vert.x would log it once more.
        http.exceptionHandler(e -> { });
    }

    @Override
    public void open(HttpMethod method, String target, Handler<BackendStream> opened,
                     Handler<Throwable> failed) {
        RequestOptions options = new RequestOptions().setMethod(method).setURI(target);
        http.request(options).onComplete(request -> opened.handle(new Http1BackendStream(request)), failed);
    }

    /** Begins to carry a request. */
    void carry(Lease next) {
        lease = next;
        leases++;
        answered = false;
    }

    /** Gives the connection to the next request, once it is known that nothing follows the answer. */
    void release() {
        if (reading) {
            released = true;
        } else {
            pool.release(this);
        }
    }

    /** Carries nothing from now on. */
    void rest(long nowNanos) {
        lease = null;
        idleSince = nowNanos;
        if (holding) {
            hold(false);
        }
    }

    boolean reused() {
        return leases > 1;
    }

    /** The backend has sent at least one byte since the present request began. */
    boolean answered() {
        return answered;
    }

    /** The fields of the latest head that has come. */
    HttpHeaders fields() {
        return codec.fields();
    }

    /** The latest head that has come is one of HTTP/1.0. */
    boolean old() {
        return codec.version().equals(HttpVersion.HTTP_1_0);
    }

    long idleSince() {
        return idleSince;
    }

    /**
     * Not closed by either side, nor announced to be, as far as this node has been told, and no bytes out of
     * turn on it.
     */
    boolean usable() {
        return !gone && !codec.last() && !codec.unasked() && channel.isActive();
    }

    /**
     * Closes at once. Vert.x would first write out what is pending, and so never close a connection whose
     * backend has stopped reading.
     */
    void close() {
        if (!gone) {
            channel.unsafe().close(channel.unsafe().voidPromise());
        }
    }

    /**
     * The client takes no more at the moment, or does again. What has been read goes on to him all the same,
     * so that nothing of it is left here when the backend closes; what has not been is left with the backend.
     */
    void hold(boolean on) {
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

    /**
     * Closes and leaves the place to another request. The backend is first given the chance to close its
     * side, so that it does not see the next connection while it still counts this one.
     */
    void closeFor(Lease next) {
        if (gone) {
            pool.shared().passPlace(next);
            return;
        }
        heir = next;
        ((DuplexChannel) channel).shutdownOutput();
        pool.loop().schedule(new Deadline() {
            @Override
            protected void expired() {
                close();
            }
        }, FAREWELL);
    }

    /**
     * Carries the request next, when the event loop has dealt with all that has come from the backend: what
     * exceeds the last answer must find nobody that it could be taken for an answer to. If the connection is
     * lost over it, its place is left to the request.
     */
    void promiseTo(Lease next) {
        heir = next;
        pool.loop().executeLater(() -> {
            if (!gone && channel.isActive()) {
                heir = null;
                pool.granted(this, next);
            }
        });
    }

    private void closed() {
        gone = true;
        pool.loop().memory().add(-LoopMemory.CONNECTION);
        PendingReads.release(transport);
        pool.forget(this);
        if (heir != null) {
            pool.shared().passPlace(heir);
        } else {
            pool.shared().freePlace();
        }
    }

    /**
     * Sees what arrives before Vert.x does: whether anything came at all, what came that nobody asked for,
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
            if (lease == null && !released || !codec.awaiting()) {
                ReferenceCountUtil.release(read);
                close();
                return;
            }
            ByteBuf message = ReadMemory.trimmed((ByteBuf) read);
            if (!answered && lease != null) {
                lease.firstByte();
            }
            answered = true;
            boolean scarce = pool.loop().memory().read(message.readableBytes());
            if (holding) {
                holdBack(scarce ? MOST_HELD : message.readableBytes());
            }
            reading = true;
            ctx.fireChannelRead(message);
            reading = false;
            if (released) {
                released = false;
                pool.release(PooledConnection.this);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.fireChannelReadComplete();
            if (lease != null) {
                lease.holder().readComplete();
            }
        }
    }
}
