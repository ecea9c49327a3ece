package dev.gyre.vertx;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/**
 * Stands before TLS on a connection that {@link ReadMemory} serves: a read for which there was no memory, and
 * so the bytes that should be there, must not be taken for a part of a record. What follows learns of it as
 * of any other exception, and breaks the connection off.
 *
 * <p>Netty 4.2.18.Final gives no handler the choice to read later. Delete together with {@link ReadMemory}.
 */
@Sharable
public final class MissingReads extends ChannelInboundHandlerAdapter {

    /** For all connections. */
    public static final MissingReads INSTANCE = new MissingReads();

    private MissingReads() {
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) {
        if (ReadMemory.wasMissing(read)) {
            ReferenceCountUtil.release(read);
            context.fireExceptionCaught(new OutOfMemoryError("no memory to read into"));
        } else {
            context.fireChannelRead(read);
        }
    }
}
