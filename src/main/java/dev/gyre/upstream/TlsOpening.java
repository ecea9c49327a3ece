package dev.gyre.upstream;

import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.loop.Loop;
import dev.gyre.model.BackendId;
import dev.gyre.tls.BackendContext;
import dev.gyre.tls.HandshakeFailure;
import dev.gyre.vertx.MissingReads;
import dev.gyre.vertx.NoReadAfterClose;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;

/**
 * A connection that is being opened within TLS: first over TCP, then by the handshake, and both within the
 * time to connect. HTTP begins when the backend has proved who it is. Used on its event loop only.
 */
final class TlsOpening extends Deadline {

    private final Loop loop;
    private final BackendId to;
    private final Promise<BackendConnection> opened;
    /** Null until it is being opened. */
    private Channel channel;
    private boolean over;

    TlsOpening(Loop loop, BackendId to, Promise<BackendConnection> opened) {
        this.loop = loop;
        this.to = to;
        this.opened = opened;
    }

    /** @param context may still be read from files */
    void begin(Future<BackendContext> context, Duration timeout) {
        loop.schedule(this, timeout);
        if (context.succeeded()) {
            connect(context.result(), timeout);
        } else {
            context.onComplete(ready -> loop.execute(() -> connect(ready, timeout)),
                    unusable -> loop.execute(() -> fail(unusable)));
        }
    }

    private void connect(BackendContext context, Duration timeout) {
        if (over) {
            return;
        }
        SslHandler handshake = context.handler(ByteBufAllocator.DEFAULT, to);
        Waiting waiting = new Waiting();
        ChannelFuture connecting = loop.connect(to.host(), to.url().port(), timeout,
                new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel fresh) {
                        fresh.pipeline().addLast(new NoReadAfterClose(), MissingReads.INSTANCE,
                                handshake, waiting);
                    }
                });
        channel = connecting.channel();
        connecting.addListener(tcp -> {
            if (!tcp.isSuccess()) {
                fail(tcp.cause());
            }
        });
        handshake.handshakeFuture().addListener(shaken -> {
            if (!shaken.isSuccess()) {
                fail(HandshakeFailure.of(shaken.cause()));
            } else if (!over) {
                end();
                // At once: what the backend sends next may come in the same read.
                Http1BackendConnection connection = new Http1BackendConnection(loop);
                channel.pipeline().replace(waiting, null, connection);
                opened.complete(connection);
            }
        });
    }

    /** Holds the place of HTTP. What goes wrong before is told by the handshake. */
    private static final class Waiting extends ChannelInboundHandlerAdapter {

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable told) {
        }
    }

    private void end() {
        over = true;
        loop.cancel(this);
    }

    private void fail(Throwable why) {
        if (!over) {
            end();
            if (channel != null) {
                channel.close();
            }
            opened.fail(why);
        }
    }

    @Override
    protected void expired() {
        fail(HandshakeFailure.timedOut());
    }
}
