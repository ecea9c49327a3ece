package dev.gyre.vertx;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import java.util.Arrays;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A message of the event bus that meets a connection just closed is no fault worth a stack trace.
 *
 * <p>{@code SendContext.tryFail} of Vert.x 5.2.3 says {@code false} to each failed write, so that what
 * completes it throws "Promise already completed", and the context logs it as an error: at any member's end,
 * in the few milliseconds before its connections are known to be gone. Whoever needs to know that a message
 * arrived waits for its reply. Delete when {@code SendContext.tryFail} says {@code true}.
 */
public final class BusWriteFailures implements Handler<Throwable> {

    /** The one that Vert.x would log it by. */
    private static final Logger LOG = LoggerFactory.getLogger("io.vertx.core.impl.ContextImpl");
    private static final String BUS = "io.vertx.core.eventbus.impl.clustered.OutboundConnection";

    private BusWriteFailures() {
    }

    /** From now on what no handler of this Vert.x caught is logged except for these. */
    public static void ignore(Vertx vertx) {
        vertx.exceptionHandler(new BusWriteFailures());
    }

    @Override
    public void handle(Throwable thrown) {
        if (!isOne(thrown)) {
            LOG.error("Unhandled exception", thrown);
        }
    }

    /**
     * The write fails while the message is given to the connection, or later, when nothing of Gyre's is among
     * its callers; a promise of Gyre's that is completed twice by Gyre is neither.
     */
    static boolean isOne(Throwable thrown) {
        StackTraceElement[] stack = thrown.getStackTrace();
        return thrown instanceof IllegalStateException && stack.length > 2
                && is(stack[0], "io.vertx.core.Promise", "fail")
                && is(stack[1], "io.vertx.core.Promise", "complete")
                && (names(stack).anyMatch(BUS::equals)
                || names(stack).noneMatch(name -> name.startsWith("dev.gyre.")));
    }

    private static Stream<String> names(StackTraceElement[] stack) {
        return Arrays.stream(stack).map(StackTraceElement::getClassName);
    }

    private static boolean is(StackTraceElement frame, String type, String method) {
        return frame.getClassName().equals(type) && frame.getMethodName().equals(method);
    }
}
