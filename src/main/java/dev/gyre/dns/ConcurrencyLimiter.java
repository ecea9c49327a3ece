package dev.gyre.dns;

import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;

/** Runs a limited number of tasks at a time; the others wait in order. For one thread. */
final class ConcurrencyLimiter {

    private final int most;
    private final Queue<Supplier<Future<?>>> waiting = new ArrayDeque<>();
    private int running;

    ConcurrencyLimiter(int most) {
        this.most = most;
    }

    /** @param task begins work that ends, on this same thread, when its future completes */
    void submit(Supplier<Future<?>> task) {
        waiting.add(task);
        startNext();
    }

    private void startNext() {
        while (running < most && !waiting.isEmpty()) {
            running++;
            waiting.remove().get().onComplete(done -> {
                running--;
                startNext();
            });
        }
    }
}
