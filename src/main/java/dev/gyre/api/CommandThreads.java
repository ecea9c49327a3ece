package dev.gyre.api;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.Supplier;

/**
 * The threads of commands, which may take seconds: listing 100,000 backends does. Each is the context of a
 * worker and does one thing at a time, so that reading delays no change.
 *
 * @param reads   for commands and listings that only read
 * @param changes for all others
 */
public record CommandThreads(Context reads, Context changes) {

    /** The result of {@code work}, which begins on that context. */
    public static <T> Future<T> on(Context context, Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(v -> Future.succeededFuture().compose(begin -> work.get()).onComplete(done));
        return done.future();
    }

    /** The same result, delivered on the calling context. */
    static <T> Future<T> here(Future<T> future) {
        return back(Vertx.currentContext(), future);
    }

    /** The same result, delivered on that context, wherever it completes. */
    public static <T> Future<T> back(Context context, Future<T> future) {
        Promise<T> there = Promise.promise();
        future.onComplete(outcome -> context.runOnContext(v -> there.handle(outcome)));
        return there.future();
    }
}
