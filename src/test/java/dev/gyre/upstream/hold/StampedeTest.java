package dev.gyre.upstream.hold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Backend;
import dev.gyre.model.Failure;
import dev.gyre.model.HoldStats;
import dev.gyre.model.Origin;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Whoever waited must neither fall upon the new backends in one blow nor wait for ever. Time is stepped. */
class StampedeTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_000);
    private static final long SECOND = 1_000_000_000;
    private static final long STEP = HoldLine.STEP_NANOS;
    /** Near the end of its range, so that times wrap. */
    private static final long BEGIN = Long.MAX_VALUE - SECOND / 2;

    private long now = BEGIN;
    private final Holds holds = new Holds(() -> NOW.plusNanos(now - BEGIN), () -> now);
    private final HoldLine line = new HoldLine(holds.of("web"));
    private final List<Integer> gone = new ArrayList<>();
    private final List<Integer> gaveUp = new ArrayList<>();

    private void show(Optional<Duration> hold, boolean hasBackend) {
        holds.adopt(new Topology(Map.of("web", new Service("web", ServicePolicy.DEFAULT, List.<Backend>of(),
                Origin.CONFIG, hold.map(NOW::plus))), List.of(), "1"));
        line.apply(hasBackend, now);
    }

    private Waiter waiter(int number) {
        return new Waiter() {
            @Override
            public void go() {
                gone.add(number);
            }

            @Override
            public void gaveUp(Failure why) {
                assertThat(why).isEqualTo(Failure.NO_BACKEND);
                gaveUp.add(number);
            }
        };
    }

    private void join(int from, int to) {
        for (int i = from; i < to; i++) {
            assertThat(line.join(waiter(i))).isTrue();
        }
    }

    /** How many go in the next step. */
    private int step() {
        int before = gone.size();
        line.advance(now);
        now += STEP;
        return gone.size() - before;
    }

    @Test
    void theyGoEvenlyWithinASecondAndInTheirOrder() {
        show(Optional.of(Duration.ofMinutes(1)), true);
        join(0, 5_000);
        show(Optional.empty(), true);
        int most = 0;
        for (long end = now + SECOND; now - end < 0; ) {
            most = Math.max(most, step());
        }
        assertThat(most).as("in 10 ms").isLessThanOrEqualTo(51);
        assertThat(gone).hasSize(5_000).isSorted();
        assertThat(line.closed()).isFalse();
        assertThat(line.due()).isEmpty();
    }

    @Test
    void thoseWhoComeMeanwhileStandBehindThemAndTheLineStillEnds() {
        show(Optional.of(Duration.ofMinutes(1)), true);
        join(0, 100);
        show(Optional.empty(), true);
        int next = 100;
        int most = 0;
        for (long end = now + SECOND; now - end < 0; ) {
            if (line.closed()) {
                join(next, next + 20);
                next += 20;
            }
            most = Math.max(most, step());
        }
        assertThat(line.closed()).isFalse();
        assertThat(gone).hasSize(next).isSorted();
        assertThat(most).as("in 10 ms, of which 20 are the usual load").isLessThan(130);
    }

    @Test
    void nobodyGoesWhileItIsHeldAndAllDoAtTheDeadlineThoughNobodyReleasesThem() {
        show(Optional.of(Duration.ofSeconds(3)), true);
        join(0, 10);
        assertThat(line.due()).isEqualTo(OptionalLong.of(now + 3 * SECOND));
        now += 3 * SECOND - 1;
        line.advance(now);
        assertThat(gone).isEmpty();
        now += 1;
        for (long end = now + SECOND; now - end < 0; ) {
            step();
        }
        assertThat(gone).hasSize(10);
        assertThat(line.closed()).isFalse();
    }

    @Test
    void whoLeavesMakesRoomAndIsNotLetGo() {
        show(Optional.of(Duration.ofMinutes(1)), true);
        Waiter first = waiter(0);
        line.join(first);
        join(1, 10_000);
        assertThat(line.join(waiter(10_000))).isFalse();
        line.leave(first);
        line.leave(first);
        assertThat(line.join(waiter(10_001))).isTrue();
        assertThat(line.join(waiter(10_002))).isFalse();
        assertThat(holds.stats().get("web")).isEqualTo(
                new HoldStats(10_000, 10_001, 2));
        show(Optional.empty(), true);
        for (long end = now + SECOND; now - end < 0; ) {
            step();
        }
        assertThat(gone).hasSize(10_000).doesNotContain(0);
        assertThat(holds.stats().get("web").waiting()).isZero();
    }

    @Test
    void whoHopesForABackendGivesUpInTimeUnlessOneComesOrTheServiceIsHeld() {
        show(Optional.empty(), false);
        line.awaitBackend(waiter(0), now + SECOND);
        line.awaitBackend(waiter(1), now + 2 * SECOND);
        line.awaitBackend(waiter(2), now + 3 * SECOND);
        assertThat(line.closed()).isFalse();
        now = line.due().orElseThrow();
        line.advance(now);
        assertThat(gaveUp).containsExactly(0);
        show(Optional.of(Duration.ofMinutes(1)), false);
        now += 10 * SECOND;
        line.advance(now);
        assertThat(gaveUp).containsExactly(0);
        show(Optional.empty(), true);
        step();
        step();
        assertThat(gone).containsExactly(1, 2);
        line.awaitBackend(waiter(3), now + SECOND);
        show(Optional.empty(), true);
        step();
        assertThat(gone).containsExactly(1, 2, 3);
    }
}
