package dev.gyre.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LateDeadlineTest {

    private static final long MS = 1_000_000;
    private static final long TICK = DeadlineWheel.TICK_NANOS;
    private static final long REVOLUTION = 1024 * TICK;

    private final List<String> fired = new ArrayList<>();
    private long start;
    private long now;
    private DeadlineWheel wheel;

    @BeforeEach
    void beginShortlyBeforeNanoTimeOverflows() {
        beginAt(Long.MAX_VALUE - 3_000 * MS);
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 7, Long.MAX_VALUE - 5_000 * MS})
    void neverEarlyAndAtMostOneTickLate(long beginning) {
        beginAt(beginning);
        Random random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            long due = now + random.nextLong(3 * REVOLUTION);
            schedule(onExpiry(() -> assertThat(now - due).isBetween(0L, TICK)), due);
        }
        run(3 * REVOLUTION + TICK);
        assertThat(fired).hasSize(2_000);
        assertThat(wheel.isEmpty()).isTrue();
    }

    @Test
    void oneThatHasPassedExpiresWithTheNextTick() {
        run(55 * MS);
        schedule(named("past"), now - 1_000 * MS);
        assertThat(fired).isEmpty();
        run(TICK);
        assertThat(fired).containsExactly("past");
    }

    @Test
    void puttingOffAgainAndAgainKeepsItFromExpiring() {
        Recorder idle = named("idle");
        for (int i = 0; i < 5_000; i++) {
            schedule(idle, now + 60 * MS);
            run(7 * MS);
        }
        assertThat(fired).isEmpty();
        run(53 * MS + TICK);
        assertThat(fired).containsExactly("idle");
    }

    @Test
    void puttingOffBeyondARevolutionIsKept() {
        Recorder deadline = named("d");
        schedule(deadline, now + 50 * MS);
        schedule(deadline, now + REVOLUTION + 50 * MS);
        run(REVOLUTION + 49 * MS);
        assertThat(fired).isEmpty();
        run(1 * MS + TICK);
        assertThat(fired).containsExactly("d");
    }

    @Test
    void anEarlierTimeCountsAtOnceAlsoAfterPuttingOff() {
        Recorder deadline = named("d");
        schedule(deadline, now + 500 * MS);
        schedule(deadline, now + 900 * MS);
        schedule(deadline, now + 700 * MS);
        schedule(deadline, now + 100 * MS);
        run(99 * MS);
        assertThat(fired).isEmpty();
        run(1 * MS + TICK);
        assertThat(fired).containsExactly("d");
        run(REVOLUTION);
        assertThat(fired).hasSize(1);
    }

    @Test
    void aCancelledOneNeverExpiresAndCanBeScheduledAgain() {
        Recorder deadline = named("d");
        schedule(deadline, now + 50 * MS);
        wheel.cancel(deadline);
        wheel.cancel(deadline);
        assertThat(wheel.isEmpty()).isTrue();
        assertThat(deadline.isScheduled()).isFalse();
        run(REVOLUTION);
        schedule(deadline, now + 50 * MS);
        assertThat(wheel.isEmpty()).isFalse();
        run(60 * MS);
        assertThat(fired).containsExactly("d");
    }

    @Test
    void whatExpiresMayCancelAnotherOfTheSameMoment() {
        Recorder second = named("second");
        schedule(onExpiry(() -> wheel.cancel(second)), now + 50 * MS);
        schedule(second, now + 50 * MS);
        schedule(named("third"), now + 50 * MS);
        run(1_000 * MS);
        assertThat(fired).containsExactly("callback", "third");
    }

    @Test
    void whatExpiresMayPutOffOrHastenAnotherOfTheSameMoment() {
        Recorder second = named("second");
        Recorder far = named("far");
        schedule(onExpiry(() -> {
            schedule(second, now + 200 * MS);
            schedule(far, now + 100 * MS);
        }), now + 50 * MS);
        schedule(second, now + 50 * MS);
        schedule(far, now + REVOLUTION + 50 * MS);
        run(140 * MS);
        assertThat(fired).containsExactly("callback");
        run(2 * TICK);
        assertThat(fired).containsExactly("callback", "far");
        run(100 * MS);
        assertThat(fired).containsExactly("callback", "far", "second");
    }

    @Test
    void whatExpiresMayScheduleItselfAlsoARevolutionAway() {
        Recorder[] self = new Recorder[1];
        self[0] = onExpiry(() -> {
            if (fired.size() < 3) {
                schedule(self[0], now + REVOLUTION);
            }
        });
        schedule(self[0], now + TICK);
        run(5 * REVOLUTION);
        assertThat(fired).hasSize(3);
        assertThat(wheel.isEmpty()).isTrue();
    }

    @Test
    void whatSchedulesItselfForThePastExpiresOnceATick() {
        Recorder[] self = new Recorder[1];
        self[0] = onExpiry(() -> schedule(self[0], now - MS));
        schedule(self[0], now);
        run(10 * TICK);
        assertThat(fired.size()).isBetween(9, 10);
    }

    @Test
    void aStopOfTheProcessExpiresAllThatBecameDueAndNothingElse() {
        for (int seconds = 1; seconds <= 120; seconds++) {
            schedule(named(seconds + " s"), now + seconds * 1_000 * MS);
        }
        now += 60_000 * MS;
        wheel.advance(now);
        assertThat(fired).hasSize(60).contains("1 s", "60 s");
        run(60_000 * MS);
        assertThat(fired).hasSize(120);
        assertThat(wheel.isEmpty()).isTrue();
    }

    @Test
    void aJumpOfACenturyTakesNoLongerThanAnother() {
        schedule(named("d"), now + 1_000 * MS);
        schedule(onExpiry(() -> schedule(named("new"), now + 20 * MS)), now + 1_000 * MS);
        now += 100L * 365 * 86_400 * 1_000 * MS;
        wheel.advance(now);
        assertThat(fired).containsExactly("d", "callback");
        run(30 * MS);
        assertThat(fired).containsExactly("d", "callback", "new");
    }

    @Test
    void aClockThatStepsBackChangesNothing() {
        schedule(named("d"), now + 50 * MS);
        wheel.advance(now - 1_000 * MS);
        run(49 * MS);
        assertThat(fired).isEmpty();
        run(TICK + MS);
        assertThat(fired).containsExactly("d");
    }

    @Test
    void afterALongRestWithoutTicksANewDeadlineIsExact() {
        now += 3 * REVOLUTION + 3 * MS;
        schedule(named("d"), now + 50 * MS);
        run(49 * MS);
        assertThat(fired).isEmpty();
        run(TICK + MS);
        assertThat(fired).containsExactly("d");
    }

    @Test
    void anExceptionComesOutAndLosesNoOther() {
        schedule(onExpiry(() -> {
            throw new IllegalStateException("broken");
        }), now + 50 * MS);
        schedule(named("same moment"), now + 50 * MS);
        schedule(named("later"), now + 80 * MS);
        now += 2 * REVOLUTION;
        assertThatThrownBy(() -> wheel.advance(now)).hasMessage("broken");
        wheel.advance(now);
        assertThat(fired).containsExactly("callback", "same moment", "later");
        assertThat(wheel.isEmpty()).isTrue();
    }

    private void beginAt(long nanos) {
        start = nanos;
        now = nanos;
        wheel = new DeadlineWheel(nanos);
    }

    private void schedule(Recorder deadline, long nanos) {
        wheel.schedule(deadline, nanos);
    }

    /** Lets time pass in steps of one millisecond, ticking every ten. */
    private void run(long nanos) {
        for (long passed = 0; passed < nanos; passed += MS) {
            now += MS;
            if ((now - start) / MS % 10 == 0) {
                wheel.advance(now);
            }
        }
    }

    private Recorder named(String name) {
        return new Recorder(name, () -> { });
    }

    private Recorder onExpiry(Runnable action) {
        return new Recorder("callback", action);
    }

    private final class Recorder extends DeadlineWheel.Deadline {

        private final String name;
        private final Runnable action;

        Recorder(String name, Runnable action) {
            this.name = name;
            this.action = action;
        }

        @Override
        protected void expired() {
            fired.add(name);
            action.run();
        }
    }
}
