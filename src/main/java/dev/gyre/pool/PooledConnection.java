package dev.gyre.pool;

import dev.gyre.pool.DeadlineWheel.Deadline;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.impl.UnpooledHttpClientConnection;
import io.vertx.core.net.impl.VertxConnection;
import java.io.IOException;
import java.time.Duration;

/**
 * One connection to a backend. It holds one of the {@link BackendPool}'s places from before it opens until it
 * is closed, and lives on one event loop.
 */
final class PooledConnection {

    /** How long a backend may take to close its side of a connection that is given up for another loop. */
    private static final Duration FAREWELL = Duration.ofMillis(10);

    private final LoopPool pool;
    private final HttpClientConnection http;
    private final Channel channel;
    private Lease lease;
    private Lease heir;
    /**
     * Where the end of the connection waits until all that came before it has been taken; null when nowhere.
     */
    private ChannelHandlerContext heldEnd;
    private int leases;
    private boolean answered;
    private boolean reading;
    private boolean released;
    private boolean soiled;
    private boolean gone;
    private long idleSince;

    PooledConnection(LoopPool pool, HttpClientConnection http) {
        this.pool = pool;
        this.http = http;
        VertxConnection transport = (VertxConnection) ((UnpooledHttpClientConnection) http).unwrap();
        this.channel = transport.channel();
        channel.pipeline().addFirst("gyre", new Watch());
        channel.pipeline().addBefore("handler", "gyre-end", new End());
        http.closeHandler(v -> closed());
        // A broken connection is reported to its request by the stream; Vert.x would log it once more.
        http.exceptionHandler(e -> { });
    }

    HttpClientConnection http() {
        return http;
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
    }

    boolean reused() {
        return leases > 1;
    }

    /** The backend has sent at least one byte since the present request began. */
    boolean answered() {
        return answered;
    }

    long idleSince() {
        return idleSince;
    }

    /** Not closed by either side, as far as this node has been told, and no bytes out of turn on it. */
    boolean usable() {
        return !gone && !soiled && channel.isActive();
    }

    /**
     * Closes at once. Vert.x would first write out what is pending, and so never close a connection whose
     * backend has stopped reading.
     */
    void close() {
        deliverEnd();
        if (!gone) {
            channel.unsafe().close(channel.unsafe().voidPromise());
        }
    }

    void deliverEnd() {
        if (heldEnd != null) {
            ChannelHandlerContext end = heldEnd;
            heldEnd = null;
            end.fireChannelInactive();
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
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            if (lease == null && !released) {
                ReferenceCountUtil.release(message);
                close();
                return;
            }
            if (!answered && lease != null) {
                lease.firstByte();
            }
            answered = true;
            ByteBuf bytes = ((ByteBuf) message).retain();
            reading = true;
            ctx.fireChannelRead(message);
            reading = false;
            // What the decoder leaves of it after the answer's end would become the beginning of the next
            // answer. (It takes everything where it still had a rest of an earlier read; then this goes
            // unseen.)
            soiled = bytes.isReadable();
            bytes.release();
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

    /**
     * Holds back the end of the connection while the client is behind. Vert.x takes the end for a break as
     * long as a part of the answer waits in its queues, and a backend may well close after the last byte.
     */
    private final class End extends ChannelInboundHandlerAdapter {

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (lease != null && lease.holder().holdsBack()) {
                heldEnd = ctx;
            } else {
                ctx.fireChannelInactive();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            // A reset is an end as well, and channelInactive comes right after it.
            if (!(cause instanceof IOException) || lease == null || !lease.holder().holdsBack()) {
                ctx.fireExceptionCaught(cause);
            }
        }
    }
}
