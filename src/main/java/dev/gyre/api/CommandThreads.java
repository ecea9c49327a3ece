package dev.gyre.api;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.Supplier;

/**
 * Where commands are carried out, which may take seconds: to list 100,000 backends does. Each is the context
 * of a worker and does one thing at a time, so that a caller who may only read holds up no change.
 *
 * @param reads   for commands and listings that only tell
 * @param changes for all others
 */
public record CommandThreads(Context reads, Context changes) {

    /** What {@code work} comes to; it begins on that context. */
    public static <T> Future<T> on(Context context, Supplier<Future<T>> work) {
        Promise<T> done = Promise.promise();
        context.runOnContext(v -> Future.succeededFuture().compose(begin -> work.get()).onComplete(done));
        return done.future();
    }

    /** The same outcome, told on the calling context. */
    static <T> Future<T> here(Future<T> future) {
        return back(Vertx.currentContext(), future);
    }

    /** The same outcome, told on that context: what follows it runs there, wherever it comes about. */
    public static <T> Future<T> back(Context context, Future<T> future) {
        Promise<T> there = Promise.promise();
        future.onComplete(outcome -> context.runOnContext(v -> there.handle(outcome)));
        return there.future();
    }
}
