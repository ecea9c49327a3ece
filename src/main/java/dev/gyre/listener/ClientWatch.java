package dev.gyre.listener;

import dev.gyre.vertx.ReadMemory;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/** Reports to a client's connection what only its pipeline sees: the begin of a head, a slow reader. */
final class ClientWatch extends ChannelInboundHandlerAdapter {

    /** Content type of a handshake, which no request begins with. */
    private static final byte TLS = 22;

    private final ClientConnection client;

    ClientWatch(ClientConnection client) {
        this.client = client;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) {
        if (!client.holdsMemory()) {
            // The connection has ended while a read was under way.
            ReferenceCountUtil.release(read);
            return;
        }
        if (ReadMemory.wasMissing(read)) {
            ReferenceCountUtil.release(read);
            client.noMemoryToRead();
            return;
        }
        ByteBuf message = ReadMemory.trimmed((ByteBuf) read);
        if (message.isReadable() && message.getByte(message.readerIndex()) == TLS && client.refusesTls()) {
            message.release();
            return;
        }
        boolean scarce = client.memory().read(message.readableBytes());
        boolean idle = client.idle();
        boolean large = idle && client.memory().refuses(message.readableBytes());
        if (client.memory().unwanted() || scarce && large) {
            message.release();
            client.noMemoryToRead();
            return;
        }
        long requestsBefore = client.requestCount();
        boolean lent = ReadMemory.lends(message);
        ctx.fireChannelRead(message);
        client.decoded(lent);
        // Most heads come whole, and have become a request by now.
        if (idle && requestsBefore == client.requestCount() || client.headUnderWay()) {
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
