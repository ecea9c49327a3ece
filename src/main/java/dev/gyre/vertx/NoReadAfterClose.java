package dev.gyre.vertx;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * The first handler of a connection whose handlers may close it in the middle of a read, as TLS does when a
 * handshake fails.
 *
 * <p>Netty 4.2.18.Final on io_uring closes only when neither a read nor a write is under way. A close in a
 * read waits for the alert to be written, and meanwhile the end of that read begins another one, which only
 * the peer could end: the connection stays open for as long as the peer says nothing. Delete when a close
 * lets no further read begin.
 */
public final class NoReadAfterClose extends ChannelOutboundHandlerAdapter {

    private boolean closing;

    @Override
    public void close(ChannelHandlerContext context, ChannelPromise promise) {
        closing = true;
        context.close(promise);
    }

    @Override
    public void read(ChannelHandlerContext context) {
        if (!closing) {
            context.read();
        }
    }
}
