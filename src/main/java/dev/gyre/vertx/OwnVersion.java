package dev.gyre.vertx;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;

/**
 * Writes HTTP/1.1 into the status line of each answer: it says what this node speaks (RFC 9112, section 2.3).
 * Only connections with an older or an unreadable request need it.
 *
 * <p>Vert.x 5.2.3 repeats the version of the request in its answer. Delete when it writes its own version.
 */
@Sharable
public final class OwnVersion extends ChannelOutboundHandlerAdapter {

    public static final OwnVersion INSTANCE = new OwnVersion();

    private OwnVersion() {
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse answer) {
            answer.setProtocolVersion(HttpVersion.HTTP_1_1);
        }
        ctx.write(message, promise);
    }
}
