package dev.gyre.loop;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

/** What a test may do with an event loop whose clock it steps. */
public final class LoopAccess {

    private LoopAccess() {
    }

    /** One event loop of this Vertx, by the clock of the system. */
    public static Loop start(Vertx vertx) {
        CompletableFuture<Loop> loop = new CompletableFuture<>();
        vertx.deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                loop.complete(new Loop(vertx, context, 0, new MemoryBudget(), InstantSource.system(),
                        System::nanoTime));
                return Future.succeededFuture();
            }
        }).await();
        return loop.join();
    }

    /** Expires what is due by now, without waiting for the next tick; to be called on the loop. */
    public static void expire(Loop loop) {
        loop.expire();
    }

    /** No deadline is set; to be called on the loop. */
    public static boolean idle(Loop loop) {
        return loop.idle();
    }
}
