package dev.gyre.proxy;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/** Tells a client's connection of what only its pipeline sees: a head that has begun, an answer not taken. */
final class ClientWatch extends ChannelInboundHandlerAdapter {

    private final ClientConnection client;

    ClientWatch(ClientConnection client) {
        this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        boolean quiet = client.quiet();
        long begun = client.begun();
        ctx.fireChannelRead(message);
        // A whole head has become a request by now, and most come whole.
        if (quiet && begun == client.begun()) {
            client.headBegan();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        client.writable(ctx.channel().isWritable());
        ctx.fireChannelWritabilityChanged();
    }
}
