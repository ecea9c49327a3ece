package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A node that says too early that it is warm gets more than it can take; a late one gets too little. */
class CapacityTest {

    private static final Duration LOOK = Duration.ofMillis(500);
    private static final long TRAFFIC = Capacity.TRAFFIC.toMillis();

    private final AtomicLong now = new AtomicLong();
    private volatile List<KernelThread> threads = List.of();
    private final Capacity capacity = new Capacity(() -> threads, now::get);

    private void seen(long trafficMillis, boolean compiling) {
        threads = List.of(new KernelThread("1", "vert.x-eventloo", false, trafficMillis),
                new KernelThread("2", "C2 CompilerThre", compiling, 3_000));
    }

    /** The first of so many looks at which it is full. */
    private OptionalInt fullAt(int looks) {
        capacity.opened();
        return IntStream.rangeClosed(1, looks)
                .peek(look -> now.addAndGet(LOOK.toNanos()))
                .filter(look -> capacity.look()).findFirst();
    }

    @Test
    void itIsAPartWhileTheCompilersWork() {
        seen(10 * TRAFFIC, true);
        assertThat(fullAt(20)).isEmpty();
        assertThat(capacity.percent()).isEqualTo(Capacity.WHILE_COMPILING);
    }

    @Test
    void itIsFullWhenTheCompilersHaveBeenIdleAfterTraffic() {
        seen(TRAFFIC, false);
        assertThat(fullAt(20)).hasValue(3);
        assertThat(capacity.percent()).isEqualTo(100);
    }

    @Test
    void compilersThatAreIdleBecauseNobodyCameAreNoReason() {
        seen(TRAFFIC - 10, false);
        assertThat(fullAt(20)).isEmpty();
    }

    @Test
    void aNodeWithoutTrafficIsNotHeldBackForLong() {
        seen(0, false);
        assertThat(fullAt(100)).hasValue((int) (Capacity.AT_MOST.toMillis() / LOOK.toMillis()));
    }

    @Test
    void itIsFullFromTheFirstRequestAfterAWarmUpThatWasLongEnough() {
        seen(0, true);
        capacity.warmedUp();
        assertThat(fullAt(1)).hasValue(1);
    }

    @Test
    void aNodeThatServesLooksByItselfUntilItIsFull() throws Exception {
        seen(TRAFFIC, true);
        Vertx vertx = Vertx.vertx();
        try {
            capacity.follow(vertx);
            assertThat(capacity.percent()).isEqualTo(Capacity.WHILE_COMPILING);
            now.addAndGet(Capacity.AT_MOST.toNanos());
            Await.until("full capacity", () -> capacity.percent() == 100);
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void compilersThatCannotBeSeenAreNotIdle() {
        assertThat(fullAt(20)).isEmpty();
        threads = List.of(new KernelThread("1", "vert.x-eventloo", false, TRAFFIC));
        assertThat(fullAt(20)).isEmpty();
    }
}
