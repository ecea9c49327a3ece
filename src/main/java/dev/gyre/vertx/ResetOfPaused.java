package dev.gyre.vertx;

import io.netty.channel.Channel;
import io.netty.channel.uring.IoUringSocketChannel;

/**
 * Notices that a client has reset a connection from which nothing is read at the moment, its upload being
 * held back: the request would go on until the backend takes more or a timeout ends it.
 *
 * <p>Netty 4.2.18.Final is told of the reset once; epoll then reads up to it, but io_uring stops at the last
 * byte before it. Delete when io_uring closes the channel, too.
 */
public final class ResetOfPaused {

    /** {@code TCP_CLOSE} of Linux: reset, for this node has not closed it. */
    private static final int CLOSED = 7;

    private ResetOfPaused() {
    }

    /** To be called when a turn of reading is over. */
    public static void look(Channel channel) {
        if (!channel.config().isAutoRead() && channel instanceof IoUringSocketChannel socket
                && socket.isOpen() && socket.tcpInfo().state() == CLOSED) {
            // All that came before the reset has been read by now; this read finds the reset.
            channel.read();
        }
    }
}
