package dev.gyre.api;

import dev.gyre.gate.ListField;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;

/**
 * Limits the bytes of large commands read at a time: one has a megabyte at most, but a few hundred
 * connections would fill the heap that serves clients. Small commands always pass. For one event loop.
 */
final class LargeBodies implements Handler<RoutingContext> {

    /** Bodies up to this size are small: all connections together hold little. */
    private static final int SMALL = 16 * 1024;

    private final long most;
    private final long largest;
    private long held;

    /**
     * @param most    bytes of all large bodies
     * @param largest longest body, assumed for bodies without a length
     */
    LargeBodies(long most, long largest) {
        this.most = most;
        this.largest = largest;
    }

    @Override
    public void handle(RoutingContext context) {
        long size = Math.min(largest, length(context.request()));
        if (size <= SMALL) {
            context.next();
        } else if (held + size > most) {
            context.response().putHeader(HttpHeaders.RETRY_AFTER, "1")
                    .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            context.addEndHandler(answered -> context.request().connection().close());
            Problem.answer(context, 503, "large commands of " + held + " bytes are under way (expected: "
                    + most + " in all): send it again in a moment");
        } else {
            held += size;
            context.addEndHandler(over -> held -= size);
            context.next();
        }
    }

    private long length(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        if (length == null) {
            return ListField.TRANSFER_ENCODING.lines(request.headers()).isEmpty() ? 0 : largest;
        }
        try {
            return Long.parseLong(length);
        } catch (NumberFormatException e) {
            return largest;
        }
    }
}
