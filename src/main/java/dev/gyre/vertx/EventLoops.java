package dev.gyre.vertx;

import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Context;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.CloseFuture;
import io.vertx.core.internal.VertxInternal;
import java.util.List;

/**
 * What Vert.x does not show of its event loops: their ends, and contexts that belong to no verticle.
 *
 * <p>Vert.x 5.2.3 has no public access to its event loops and makes contexts for verticles only; Netty
 * 4.2.18.Final ends a loop on an error inside it. Delete when {@code Vertx} gives contexts of its own and
 * tells of a loop that ends.
 */
public final class EventLoops {

    private EventLoops() {
    }

    /**
     * On the next event loop, for what no other may hold up. What is opened on it stays open until it is
     * closed: Vert.x would close it first of all when it stops, before the requests in flight have ended.
     */
    public static Context another(Vertx vertx) {
        return ((VertxInternal) vertx).contextBuilder().withThreadingModel(ThreadingModel.EVENT_LOOP)
                .withCloseFuture(new CloseFuture()).build();
    }

    /** For what would hold up an event loop; it does one thing at a time and outlives every verticle. */
    public static Context worker(Vertx vertx) {
        return ((VertxInternal) vertx).createWorkerContext();
    }

    /**
     * Whether one ends or has ended. It may not be able to tell of it: for want of memory its last acts fail,
     * too.
     */
    public static boolean oneEnds(Vertx vertx) {
        VertxInternal running = (VertxInternal) vertx;
        for (EventLoopGroup group
                : List.of(running.nettyEventLoopGroup(), running.acceptorEventLoopGroup())) {
            for (EventExecutor loop : group) {
                if (loop.isShuttingDown()) {
                    return true;
                }
            }
        }
        return false;
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
