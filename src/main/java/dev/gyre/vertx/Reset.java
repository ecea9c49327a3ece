package dev.gyre.vertx;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;

/**
 * The end of a connection by a reset instead of an end in order, which the other side may take for the end of
 * a message.
 *
 * <p>Netty 4.2.18.Final has no call for it, and its option throws when the socket has closed meanwhile; a
 * channel may still be active then, and one whose peer has just reset it is. Delete when a channel can be
 * closed with a reset.
 */
public final class Reset {

    private Reset() {
    }

    /** Closes at once, whatever is still to be written; on the connection's event loop. */
    public static void close(Channel channel) {
        onClose(channel);
        channel.unsafe().close(channel.unsafe().voidPromise());
    }

    /** Lets the close that comes next be a reset. */
    public static void onClose(Channel channel) {
        try {
            channel.config().setOption(ChannelOption.SO_LINGER, 0);
        } catch (ChannelException e) {
            // There is no socket any more that could end in order.
        }
    }
}
