package dev.gyre.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;

/**
 * Tells a client's connection that the client has ended its side. It stands behind the decoder, which lets
 * the news through when all that came before has been decoded.
 */
final class InputEnd extends ChannelInboundHandlerAdapter {

    private final ClientConnection client;

    InputEnd(ClientConnection client) {
        this.client = client;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        ctx.fireUserEventTriggered(event);
        if (event instanceof ChannelInputShutdownEvent) {
            client.inputEnded();
        }
    }
}
