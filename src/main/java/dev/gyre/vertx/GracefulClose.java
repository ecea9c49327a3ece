package dev.gyre.vertx;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.net.impl.ShutdownEvent;

/**
 * Keeps from a client's connection the news that its server closes. {@code ClientConnections.stop} has a
 * better rule: each answer ends its connection, and one without a request is given a moment.
 *
 * <p>Vert.x 5.2.3 closes at once a connection that carries no request when its server shuts down, also one
 * that was accepted a moment ago and whose first request is on the way. Delete when {@code
 * HttpServer.shutdown} waits for these.
 */
@Sharable
public final class GracefulClose extends ChannelInboundHandlerAdapter {

    public static final GracefulClose INSTANCE = new GracefulClose();

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof ShutdownEvent)) {
            ctx.fireUserEventTriggered(event);
        }
    }
}
