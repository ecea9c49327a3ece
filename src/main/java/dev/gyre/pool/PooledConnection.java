package dev.gyre.pool;

import dev.gyre.pool.DeadlineWheel.Deadline;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.http.HttpClientConnection;
import io.vertx.core.http.impl.UnpooledHttpClientConnection;
import io.vertx.core.net.impl.VertxConnection;
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
    private int leases;
    private boolean answered;
    private boolean gone;
    private long idleSince;

    PooledConnection(LoopPool pool, HttpClientConnection http) {
        this.pool = pool;
        this.http = http;
        VertxConnection transport = (VertxConnection) ((UnpooledHttpClientConnection) http).unwrap();
        this.channel = transport.channel();
        channel.pipeline().addFirst("gyre", new Watch());
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

    /** Not closed by either side, as far as this node has been told. */
    boolean usable() {
        return !gone && channel.isActive();
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

    /** Sees what arrives before Vert.x does: whether anything came at all, and when a read is through. */
    private final class Watch extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            answered = true;
            ctx.fireChannelRead(message);
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
