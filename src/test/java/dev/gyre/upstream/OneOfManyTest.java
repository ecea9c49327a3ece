package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.gyre.loop.Loop;
import dev.gyre.loop.LoopAccess;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Scheme;
import dev.gyre.model.ServicePolicy;
import dev.gyre.tls.BackendContexts;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxTest;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who asks for one backend must not make the event loops walk all, nor may those that stand idle. */
@VertxTest
class OneOfManyTest {

    private static final int MANY = 20_000;
    /** Bytes an event loop may allocate to look at one backend, many times what it takes. */
    private static final long LITTLE = 100_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private Loop loop;
    private Pools pools;

    @BeforeEach
    void oneLoop(Vertx vertx) {
        loop = LoopAccess.start(vertx);
        pools = new Pools(List.of(loop), failure -> { },
                BackendContexts.on(Runnable::run, InstantSource.system()));
    }

    private static BackendId id(int number) {
        return new BackendId("web", new BackendUrl("10.0." + number / 250 + "." + number % 250, 80));
    }

    private static BackendId at(String address) {
        return new BackendId("web", new BackendUrl("app.test", 80), Optional.of(address));
    }

    private void adopt(BackendId id) {
        pools.adopt(id, ServicePolicy.DEFAULT);
    }

    private <T> T onLoop(Supplier<T> task) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.execute(() -> done.complete(task.get()));
        return done.get();
    }

    @Test
    void theFiguresOfOneCostWhatOneCosts() throws Exception {
        IntStream.range(0, MANY).forEach(number -> adopt(id(number)));
        // Each has been used on this loop, so that there is something to walk.
        onLoop(() -> IntStream.range(0, MANY).mapToObj(number ->
                pools.adopt(id(number), ServicePolicy.DEFAULT).on(loop)).count());
        pools.stats(id(0)).await();
        assertThat(allocated(() -> pools.stats(id(7)))).isLessThan(LITTLE);
        assertThat(allocated(() -> pools.sample())).as("a second of idling").isLessThan(LITTLE);
        assertThat(allocated(() -> pools.traffic())).as("four times a second").isLessThan(LITTLE);
        assertThat(allocated(() -> pools.recentStats())).isLessThan(LITTLE);
        assertThat(allocated(() -> pools.stats())).as("what it would cost otherwise")
                .isGreaterThan(10 * LITTLE);
    }

    /** By the loop, which asks itself, so that nothing escapes. */
    private long allocated(Supplier<Future<?>> question) throws Exception {
        return onLoop(() -> {
            long thread = Thread.currentThread().getId();
            long begun = threads.getThreadAllocatedBytes(thread);
            assertThat(question.get().isComplete()).isTrue();
            return threads.getThreadAllocatedBytes(thread) - begun;
        });
    }

    @Test
    void aNamesBackendIsAllItsAddresses() {
        adopt(id(1));
        adopt(at("10.1.0.1"));
        adopt(at("10.1.0.2"));
        BackendId entry = new BackendId("web", new BackendUrl("app.test", 80));
        assertThat(pools.stats(entry).await()).containsOnlyKeys(at("10.1.0.1"), at("10.1.0.2"));
        assertThat(pools.stats(id(1)).await()).containsOnlyKeys(id(1));
        assertThat(pools.stats(id(2)).await()).isEmpty();
        pools.leave(at("10.1.0.1"));
        pools.sample().await();
        assertThat(pools.stats(entry).await()).containsOnlyKeys(at("10.1.0.2"));
    }

    @Test
    void backendsThatDifferBySchemeAreTwo() throws Exception {
        BackendId tls = new BackendId("web", new BackendUrl(Scheme.HTTPS, "10.0.0.1", 80));
        adopt(id(1));
        BackendPool pool = pools.adopt(tls, ServicePolicy.DEFAULT);
        onLoop(() -> {
            pool.on(loop).tally().begun();
            return pool.slots().take();
        });
        Map<BackendId, BackendStats> stats = pools.stats().await();
        assertThat(stats).containsOnlyKeys(id(1), tls);
        assertThat(stats.get(id(1)).inFlight()).isZero();
        assertThat(stats.get(tls).inFlight()).isEqualTo(1);
        StickyKey key = new StickyKey(new byte[] {1});
        assertThat(key.name(tls)).isNotEqualTo(key.name(id(1)));
    }

    @Test
    void whoLeavesIsForgottenOnlyWhenNothingUsesIt() throws Exception {
        BackendPool pool = pools.adopt(id(1), ServicePolicy.DEFAULT);
        onLoop(() -> {
            pool.on(loop).tally().begun();
            return pool.slots().take();
        });
        pools.leave(id(1));
        pools.sample().await();
        Map<BackendId, BackendStats> stats = pools.stats(id(1)).await();
        assertThat(stats.get(id(1)).inFlight()).isEqualTo(1);
        assertThat(pools.recentStats().await()).containsOnlyKeys(id(1));
        assertThat(pools.adopt(id(1), ServicePolicy.DEFAULT)).as("it came back").isSameAs(pool);
        pool.slots().free();
        pools.sample().await();
        assertThat(pools.stats(id(1)).await()).as("it is wanted").containsOnlyKeys(id(1));
    }
}
