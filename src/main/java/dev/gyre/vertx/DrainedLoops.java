package dev.gyre.vertx;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Event loops that serve the ends of their connections before they end themselves.
 *
 * <p>Vert.x 5.2.3 shuts its loops down without a quiet time. A loop of Netty 4.2.18 then closes what is still
 * open and is gone; a close that waits for a read or a write under way, as with io_uring, meets a loop that
 * takes no more tasks, and is logged as a warning with a stack trace. Delete when either of them waits.
 */
final class DrainedLoops extends MultiThreadIoEventLoopGroup {

    /** A loop looks every 100 ms whether it was quiet for so long. */
    private static final long QUIET_MILLIS = 1;

    DrainedLoops(int threads, ThreadFactory factory, IoHandlerFactory handlers) {
        super(threads, factory, handlers);
    }

    @Override
    public Future<?> shutdownGracefully(long quiet, long most, TimeUnit unit) {
        return super.shutdownGracefully(Math.max(QUIET_MILLIS, unit.toMillis(quiet)), unit.toMillis(most),
                TimeUnit.MILLISECONDS);
    }
}
