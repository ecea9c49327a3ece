package dev.gyre.dns;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;

/** Lets only so many be under way at a time; the others wait in the order of their coming. For one thread. */
final class ConcurrencyLimiter {

    private final int most;
    private final Queue<Supplier<Future<?>>> waiting = new ArrayDeque<>();
    private int inside;

    ConcurrencyLimiter(int most) {
        this.most = most;
    }

    /** @param errand begins something that ends, on this same thread, when its future completes */
    void enter(Supplier<Future<?>> errand) {
        waiting.add(errand);
        letIn();
    }

    private void letIn() {
        while (inside < most && !waiting.isEmpty()) {
            inside++;
            waiting.remove().get().onComplete(done -> {
                inside--;
                letIn();
            });
        }
    }
}
