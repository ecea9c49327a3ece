package dev.gyre.proxy;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.vertx.core.net.impl.ShutdownEvent;

/**
 * Keeps from a client's connection the news that its server closes. Vert.x would end at once what carries no
 * request, also when it was accepted a moment ago and its first request is on the way; {@link ProxyLoop#stop}
 * has a better rule.
 */
@Sharable
final class OrderlyEnd extends ChannelInboundHandlerAdapter {

    static final OrderlyEnd INSTANCE = new OrderlyEnd();

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (!(event instanceof ShutdownEvent)) {
            ctx.fireUserEventTriggered(event);
        }
    }
}
