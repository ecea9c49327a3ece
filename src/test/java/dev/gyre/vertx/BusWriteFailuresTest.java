package dev.gyre.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.junit5.VertxExtension;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Vert.x throws for a message of the bus that cannot be written is told from every other fault. */
@ExtendWith(VertxExtension.class)
class BusWriteFailuresTest {

    private static final String WRITES = "io.vertx.core.eventbus.impl.clustered.OutboundConnection";

    /** As {@code SendContext} is one. */
    private static final class NeverFailed implements Promise<Void> {

        @Override
        public boolean tryComplete(Void result) {
            return true;
        }

        @Override
        public boolean tryFail(Throwable cause) {
            return false;
        }

        @Override
        public Future<Void> future() {
            throw new UnsupportedOperationException();
        }
    }

    /** What a context is told of when such a promise hears of a failed write. */
    private static Throwable thrownBy(Vertx vertx) throws Exception {
        CompletableFuture<Throwable> thrown = new CompletableFuture<>();
        vertx.exceptionHandler(thrown::complete);
        vertx.runOnContext(v -> ((ContextInternal) vertx.getOrCreateContext())
                .<Void>failedFuture("closed").onComplete(new NeverFailed()));
        return thrown.get(10, TimeUnit.SECONDS);
    }

    private static void change(Throwable thrown, Predicate<StackTraceElement> kept,
            StackTraceElement... callers) {
        thrown.setStackTrace(Stream.concat(Arrays.stream(thrown.getStackTrace()).filter(kept),
                Stream.of(callers)).toArray(StackTraceElement[]::new));
    }

    private static boolean ofVertx(StackTraceElement frame) {
        return !frame.getClassName().startsWith("dev.gyre.");
    }

    @Test
    void aWriteThatFailsLaterIsOne(Vertx vertx) throws Exception {
        Throwable thrown = thrownBy(vertx);
        change(thrown, BusWriteFailuresTest::ofVertx);
        assertThat(BusWriteFailures.isOne(thrown)).isTrue();
    }

    @Test
    void aWriteThatFailsAtOnceIsOne(Vertx vertx) throws Exception {
        Throwable thrown = thrownBy(vertx);
        change(thrown, frame -> true, new StackTraceElement(WRITES, "writeMessage", null, 86),
                new StackTraceElement("dev.gyre.cluster.HeartbeatService", "send", null, 73));
        assertThat(BusWriteFailures.isOne(thrown)).isTrue();
    }

    @Test
    void aPromiseOfGyresThatFailsTwiceIsNone(Vertx vertx) throws Exception {
        assertThat(BusWriteFailures.isOne(thrownBy(vertx))).isFalse();
    }

    @Test
    void otherFaultsAreNone() {
        assertThat(BusWriteFailures.isOne(new IllegalStateException("Promise already completed"))).isFalse();
        Throwable bare = new IllegalStateException("Promise already completed");
        bare.setStackTrace(new StackTraceElement[0]);
        assertThat(BusWriteFailures.isOne(bare)).isFalse();
    }
}
