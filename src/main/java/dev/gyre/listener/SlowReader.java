package dev.gyre.listener;

import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.loop.Loop;
import dev.gyre.model.Limits;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a client that takes its answers too slowly. What Netty and the kernel hold for it can be megabytes,
 * during which nothing seems to move; so the kernel is asked how much the client has acknowledged. Where it
 * cannot be asked (no epoll, no io_uring) only the service's timeout {@code idle} ends such a client.
 */
final class SlowReader extends Deadline {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.limits");
    /**
     * {@code IPPROTO_TCP} and {@code TCP_INFO} of Linux 4.1; {@code tcpi_bytes_acked} is at byte 120 of it.
     */
    private static final RawUnixChannelOption TCP_INFO = new RawUnixChannelOption("TCP_INFO", 6, 11, 128);
    private static final int BYTES_ACKED = 120;
    /** {@code TCP_NOTSENT_LOWAT} of Linux 3.12. */
    private static final IntegerUnixChannelOption UNSENT =
            new IntegerUnixChannelOption("TCP_NOTSENT_LOWAT", 6, 25);
    private static final int MOST_UNSENT = 128 * 1024;

    private final Loop loop;
    private final Channel channel;
    private final Runnable tooSlow;
    private final MinRateMeter pace;
    private long acknowledged;

    private SlowReader(Loop loop, Channel channel, Limits limits, Runnable tooSlow) {
        this.loop = loop;
        this.channel = channel;
        this.tooSlow = tooSlow;
        this.pace = new MinRateMeter(Math.max(1, limits.minRate()), limits.minRateBurst());
        this.acknowledged = acknowledged(channel).orElse(0);
    }

    static SlowReader of(Loop loop, Channel channel, Limits limits, Runnable tooSlow) {
        return new SlowReader(loop, channel, limits, tooSlow);
    }

    /**
     * Lets the kernel hold no more than 128 KB of what this client has not been sent: a thousand slow readers
     * with megabytes each make it short of memory for everybody's connections. What is under way does not
     * count, so that no fast reader is slowed.
     */
    static void bound(Channel channel) {
        if (channel instanceof UnixChannel) {
            try {
                channel.config().setOption(UNSENT, MOST_UNSENT);
            } catch (ChannelException e) {
                LOG.debug("unsent bytes not bounded reason=\"{}\"", e.getMessage());
            }
        }
    }

    /** More is ready for the client than it takes. */
    void behind() {
        long now = loop.nanos();
        pace.owes(now);
        loop.schedule(this, pace.due(now));
    }

    void caughtUp() {
        pace.rests(loop.nanos());
        loop.cancel(this);
    }

    @Override
    protected void expired() {
        OptionalLong acknowledgedNow = acknowledged(channel);
        if (acknowledgedNow.isEmpty()) {
            return;
        }
        long now = loop.nanos();
        pace.moved(acknowledgedNow.getAsLong() - acknowledged, now);
        acknowledged = acknowledgedNow.getAsLong();
        if (pace.tooSlow(now)) {
            tooSlow.run();
        } else {
            loop.schedule(this, pace.due(now));
        }
    }

    private static OptionalLong acknowledged(Channel channel) {
        if (!(channel instanceof UnixChannel) || !channel.isOpen()) {
            return OptionalLong.empty();
        }
        try {
            ByteBuffer info = channel.config().getOption(TCP_INFO);
            return info.remaining() < BYTES_ACKED + Long.BYTES ? OptionalLong.empty()
                    : OptionalLong.of(info.order(ByteOrder.nativeOrder()).getLong(BYTES_ACKED));
        } catch (ChannelException e) {
            // A kernel that does not tell.
            return OptionalLong.empty();
        }
    }
}
