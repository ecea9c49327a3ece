package dev.gyre.listener;

import dev.gyre.log.RateLimitedLog;
import io.netty.channel.Channel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands in the pipeline of each listening socket and takes what the kernel says when it has no connection to
 * give, for the most part that this process has too many files open. Netty would log each with a stack trace.
 * Thread-safe.
 */
@Sharable
public final class AcceptFailures extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.limits");
    private static final Duration EVERY = Duration.ofMinutes(1);
    /** Connections wait in the kernel meanwhile; to ask on and on would only take time from those served. */
    private static final long PAUSE_MILLIS = 100;

    private final LongSupplier nanos;
    private final RateLimitedLog line;

    public AcceptFailures(LongSupplier nanos) {
        this.nanos = nanos;
        this.line = new RateLimitedLog(EVERY, nanos.getAsLong());
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        Channel socket = ctx.channel();
        line.happened(nanos.getAsLong()).ifPresent(more ->
                LOG.warn("accept failed listener={} reason=\"{}\": new connections wait; if files are"
                        + " short, raise `ulimit -n` or LimitNOFILE{}", text(socket), cause.getMessage(),
                        more));
        ChannelConfig config = socket.config();
        if (config.isAutoRead()) {
            config.setAutoRead(false);
            ctx.executor().schedule(() -> config.setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private static String text(Channel socket) {
        String address = String.valueOf(socket.localAddress());
        return address.startsWith("/") ? address.substring(1) : address;
    }
}
