package dev.gyre.vertx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * Breaks a connection off when something could not be written on it, e.g. for want of memory: whatever was
 * written after it would be taken for what is missing. With a reset, as an end in order may be what tells the
 * other side that all has come. It stands before the encoder, which may be what fails.
 *
 * <p>Vert.x 5.2.3 and Netty 4.2.18.Final go on writing after a write that failed. Delete when a failed write
 * of a part of a message ends the connection.
 */
@Sharable
public final class AtomicWrites extends ChannelOutboundHandlerAdapter {

    public static final AtomicWrites INSTANCE = new AtomicWrites();

    private static final ChannelFutureListener RESET_ON_FAILURE = AtomicWrites::written;

    private AtomicWrites() {
    }

    private static void written(ChannelFuture write) {
        Channel channel = write.channel();
        // What was still to be written on a connection that has ended fails, too.
        if (!write.isSuccess() && channel.isActive()) {
            Reset.close(channel);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ctx.write(message, promise.unvoid().addListener(RESET_ON_FAILURE));
    }
}
