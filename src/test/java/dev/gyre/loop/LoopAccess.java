package dev.gyre.loop;

import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** What a test may do with an event loop whose clock it steps. */
public final class LoopAccess {

    private LoopAccess() {
    }

    /** One event loop of this Vertx, by the clock of the system. */
    public static Loop start(Vertx vertx) {
        return start(vertx, 1, System::nanoTime).get(0);
    }

    /** So many loops by the given clock, all on the same thread, so that a run can be repeated. */
    public static List<Loop> start(Vertx vertx, int count, LongSupplier nanos) {
        CompletableFuture<List<Loop>> loops = new CompletableFuture<>();
        vertx.deployVerticle(new VerticleBase() {
            @Override
            public Future<?> start() {
                loops.complete(IntStream.range(0, count).mapToObj(index -> new Loop(vertx, context, index,
                        new MemoryBudget(), InstantSource.system(), nanos)).toList());
                return Future.succeededFuture();
            }
        }).await();
        return loops.join();
    }

    /** Expires what is due by now, without waiting for the next tick; to be called on the loop. */
    public static void expire(Loop loop) {
        loop.expire();
    }

    /** Bytes that are held for clients; to be called on the loop. */
    public static long held(Loop loop) {
        return loop.memory().heap();
    }

    /** No deadline is set; to be called on the loop. */
    public static boolean idle(Loop loop) {
        return loop.idle();
    }
}
