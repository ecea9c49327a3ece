package dev.gyre.listener;

import dev.gyre.vertx.ReadMemory;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/** Tells a client's connection of what only its pipeline sees: a head that has begun, an answer not taken. */
final class ClientWatch extends ChannelInboundHandlerAdapter {

    private final ClientConnection client;

    ClientWatch(ClientConnection client) {
        this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!client.holds()) {
            // Ended, but a read was under way.
            ReferenceCountUtil.release(read);
            return;
        }
        if (ReadMemory.wasMissing(read)) {
            ReferenceCountUtil.release(read);
            client.noMemoryToRead();
            return;
        }
        ByteBuf message = ReadMemory.trimmed((ByteBuf) read);
        boolean scarce = client.memory().read(message.readableBytes());
        boolean quiet = client.quiet();
        boolean large = quiet && client.memory().refuses(message.readableBytes());
        if (client.memory().unwanted() || scarce && large) {
            message.release();
            client.noMemoryToRead();
            return;
        }
        long begun = client.begun();
        boolean lent = ReadMemory.lends(message);
        ctx.fireChannelRead(message);
        client.memory().decoded(lent);
        // A whole head has become a request by now, and most come whole.
        if (quiet && begun == client.begun()) {
            client.headBegan();
        }
        client.memory().settle(scarce);
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        client.writable(ctx.channel().isWritable());
        ctx.fireChannelWritabilityChanged();
    }
}
