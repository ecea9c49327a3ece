package dev.gyre.proxy;

import dev.gyre.pool.DeadlineWheel.Deadline;
import dev.gyre.pool.Loop;
import io.netty.channel.Channel;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Notices that a client which has ended its side resets the connection while its answer is not yet there.
 * Netty reads no more from such a connection, and so is told of nothing (4.2.18): the kernel is asked once a
 * second. On other transports than epoll and io_uring the next write tells.
 */
final class ResetOfHalfClosed extends Deadline {

    private static final Duration EVERY = Duration.ofSeconds(1);
    /** {@code IPPROTO_TCP} and {@code TCP_INFO} of Linux; {@code struct tcp_info} begins with the state. */
    private static final RawUnixChannelOption TCP_INFO = new RawUnixChannelOption("TCP_INFO", 6, 11, 8);
    /** {@code TCP_CLOSE} of Linux: reset, for this node has not closed it. */
    private static final int CLOSED = 7;

    private final Loop loop;
    private final Channel channel;

    private ResetOfHalfClosed(Loop loop, Channel channel) {
        this.loop = loop;
        this.channel = channel;
    }

    /** Until the channel is closed. */
    static void watch(Loop loop, Channel channel) {
        loop.schedule(new ResetOfHalfClosed(loop, channel), EVERY);
    }

    @Override
    protected void expired() {
        if (!channel.isOpen()) {
            return;
        }
        if (isReset()) {
            channel.unsafe().close(channel.unsafe().voidPromise());
        } else {
            loop.schedule(this, EVERY);
        }
    }

    private boolean isReset() {
        if (!(channel instanceof UnixChannel)) {
            return false;
        }
        ByteBuffer info = channel.config().getOption(TCP_INFO);
        return info.get(0) == CLOSED;
    }
}
