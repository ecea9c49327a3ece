package dev.gyre.pool;

import io.netty.channel.EventLoopGroup;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.List;

/** Tells of an event loop that has ended while it was needed. */
public final class EventLoops {

    private EventLoops() {
    }

    /**
     * Netty ends an event loop on an error inside it, e.g. when io_uring finds no memory for a read
     * (4.2.18). Its connections are never served again, and new ones are still given to it.
     *
     * @param then called on another thread, also when this Vert.x is closed
     */
    public static void whenOneEnds(Vertx vertx, Runnable then) {
        VertxInternal running = (VertxInternal) vertx;
        for (EventLoopGroup group
                : List.of(running.nettyEventLoopGroup(), running.acceptorEventLoopGroup())) {
            group.forEach(loop -> loop.terminationFuture().addListener(ended -> then.run()));
        }
    }
}
