package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.cluster.SyncPoint.Memory;
import dev.gyre.cluster.WritePositions.Position;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * Two commands at a node may be kept in another order than they came; the number others see must never fall.
 */
class AcknowledgedWritesTest {

    private final Map<String, String> texts = new HashMap<>();
    private final Deque<Runnable> puts = new ArrayDeque<>();
    private final MessageAuthenticator authenticator =
            new MessageAuthenticator(Optional.of("secret"), "gyre");
    private final AcknowledgedWrites writer =
            new AcknowledgedWrites(map(), authenticator, "a", () -> Memory.NONE);

    /** Carries out a put when the test says so. */
    private SharedStringMap map() {
        return (SharedStringMap) Proxy.newProxyInstance(getClass().getClassLoader(),
                new Class<?>[] {SharedStringMap.class}, (proxy, method, args) -> {
                    if (method.getName().equals("get")) {
                        return Future.succeededFuture(Map.copyOf(texts));
                    }
                    Promise<Void> done = Promise.promise();
                    puts.add(() -> {
                        texts.put((String) args[0], (String) args[1]);
                        done.complete();
                    });
                    return done.future();
                });
    }

    private static Position at(long number) {
        return new Position("s", number);
    }

    private Optional<Position> seen() {
        return Optional.ofNullable(new AcknowledgedWrites(map(), authenticator, "b", () -> Memory.NONE)
                .others(Set.of("a")).result().positions().get("a"));
    }

    private Future<Void> announce(long number) {
        return writer.announce(at(number));
    }

    @Test
    void whoeverIsToldSeesItsNumberOrAHigherOneWhateverTheOrder() {
        Future<Void> third = announce(3);
        Future<Void> first = announce(1);
        Future<Void> second = announce(2);
        while (!puts.isEmpty()) {
            // The last that was sent is the first to arrive.
            puts.removeLast().run();
            if (third.isComplete()) {
                assertThat(seen()).contains(at(3));
            }
        }
        assertThat(first.succeeded() && second.succeeded() && third.succeeded()).isTrue();
        assertThat(seen()).contains(at(3));
    }

    @Test
    void oneThatFailsToBeSentHoldsUpNoLaterOne() {
        AtomicBoolean broken = new AtomicBoolean(true);
        AcknowledgedWrites failing = new AcknowledgedWrites(map(), authenticator, "a", () -> {
            if (broken.get()) {
                throw new IllegalStateException("no stamp");
            }
            return Memory.NONE;
        });
        assertThat(failing.announce(at(1)).failed()).isTrue();
        broken.set(false);
        Future<Void> second = failing.announce(at(2));
        puts.remove().run();
        assertThat(second.succeeded()).isTrue();
    }

    @Test
    void whatComesWhileOneIsUnderWaySharesTheNext() {
        Future<Void> first = announce(1);
        Future<Void> second = announce(2);
        Future<Void> third = announce(3);
        assertThat(puts).hasSize(1);
        puts.remove().run();
        assertThat(first.succeeded()).isTrue();
        assertThat(second.isComplete() || third.isComplete()).isFalse();
        assertThat(puts).hasSize(1);
        puts.remove().run();
        assertThat(second.succeeded() && third.succeeded()).isTrue();
        assertThat(seen()).contains(at(3));
        announce(4);
        puts.remove().run();
        assertThat(seen()).contains(at(4));
        assertThat(puts).isEmpty();
    }
}
