package dev.gyre.vertx;

import io.netty.channel.Channel;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Notices that a client which has ended its side resets the connection while its answer is not yet there: the
 * kernel is asked once a second. On other transports than epoll and io_uring the next write tells.
 *
 * <p>Netty 4.2.18.Final reads no more from a connection whose input has ended, and so is told of no reset.
 * Delete when it closes such a channel on a reset.
 */
public final class ResetOfHalfClosed {

    /** {@code IPPROTO_TCP} and {@code TCP_INFO} of Linux; {@code struct tcp_info} begins with the state. */
    private static final RawUnixChannelOption TCP_INFO = new RawUnixChannelOption("TCP_INFO", 6, 11, 8);
    /** {@code TCP_CLOSE} of Linux: reset, for this node has not closed it. */
    private static final int CLOSED = 7;

    private ResetOfHalfClosed() {
    }

    /**
     * Until the channel is closed.
     *
     * @param inASecond runs a task on the event loop, a second from now
     */
    public static void watch(Channel channel, Consumer<Runnable> inASecond) {
        inASecond.accept(() -> look(channel, inASecond));
    }

    private static void look(Channel channel, Consumer<Runnable> inASecond) {
        if (!channel.isOpen()) {
            return;
        }
        if (isReset(channel)) {
            channel.unsafe().close(channel.unsafe().voidPromise());
        } else {
            watch(channel, inASecond);
        }
    }

    private static boolean isReset(Channel channel) {
        if (!(channel instanceof UnixChannel)) {
            return false;
        }
        ByteBuffer info = channel.config().getOption(TCP_INFO);
        return info.get(0) == CLOSED;
    }
}
