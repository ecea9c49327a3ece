package dev.gyre.vertx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;

/**
 * Takes a connection that a server of Vert.x has accepted out of Vert.x's hands: its channel goes on without
 * any handler of Vert.x's, and the server still closes it when it closes itself.
 *
 * <p>Vert.x 5.2.3 binds the ports and spreads their connections over the event loops, but has no way to give
 * a connection to handlers of one's own without objects of its own for each request. Delete when it has one.
 */
public final class AcceptedChannel {

    /** What Vert.x puts into the pipeline of an accepted connection, in the order of removal. */
    private static final String[] OF_VERTX = {"handler", "chunkedWriter"};

    private AcceptedChannel() {
    }

    /** To be called by the server's connect handler, before anything has been read. */
    public static Channel take(NetSocket accepted) {
        Channel channel = ((NetSocketInternal) accepted).channelHandlerContext().channel();
        ChannelPipeline pipeline = channel.pipeline();
        for (String name : OF_VERTX) {
            if (pipeline.context(name) != null) {
                pipeline.remove(name);
            }
        }
        return channel;
    }
}
