package dev.gyre.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A wall clock that jumps must never make a later change lose against an earlier one. */
class HybridClockTest {

    private final StepClock wall = new StepClock();
    private final HybridClock clock = new HybridClock(wall, 7, Duration.ofSeconds(60));

    @Test
    void stampsRiseWhateverTheWallClockDoes() {
        Random random = new Random(1);
        Stamp last = Stamp.ZERO;
        for (int i = 0; i < 200_000; i++) {
            Stamp next = clock.next();
            assertThat(next).isGreaterThan(last);
            last = next;
            if (i % 1000 == 0) {
                wall.step(Duration.ofMillis(random.nextInt(100) - 50));
            }
        }
    }

    @Test
    void aChangeAfterAStampALittleAheadWins() {
        Stamp ahead = new Stamp(wall.millis() + 60_000, Stamp.MAX_COUNTER, -1L);
        assertThat(clock.seen(ahead)).isTrue();
        assertThat(clock.next()).isGreaterThan(ahead).extracting(Stamp::node).isEqualTo(7L);
    }

    @Test
    void aStampFarAheadIsNotTakenOverAsTime() {
        assertThat(clock.seen(new Stamp(wall.millis() + 60_001, 0, -1L))).isFalse();
        assertThat(clock.next().wall()).isEqualTo(wall.millis());
    }

    @Test
    void whatFollowsByItselfStandsBetweenItsDecisionAndTheNext() {
        Stamp decision = clock.next();
        Stamp next = clock.next();
        Stamp end = decision.followUp();
        assertThat(end).isGreaterThan(decision).isLessThan(next);
        assertThat(end.followUp()).isGreaterThan(end).isLessThan(next);
        assertThat(decision.next(1L)).isGreaterThan(end.followUp()).isLessThan(next);
    }

    @Test
    void soItDoesWhereAnotherNodeDecidedInTheSameMillisecond() {
        Stamp decision = new Stamp(wall.millis(), 0, 1);
        clock.seen(decision);
        assertThat(clock.next()).isGreaterThan(decision.followUp().followUp());
    }

    @Test
    void anOldStampSeenDoesNotHoldTheClockBack() {
        Stamp now = clock.next();
        clock.seen(new Stamp(1, 0, 1));
        assertThat(clock.next()).isGreaterThan(now);
    }

    @Test
    void textSortsAsTheStampsDoAndReadsBack() {
        Random random = new Random(2);
        for (int i = 0; i < 1000; i++) {
            Stamp a = new Stamp(random.nextInt(3), random.nextInt(3), random.nextLong());
            Stamp b = new Stamp(random.nextInt(3), random.nextInt(3), random.nextLong());
            assertThat(Stamp.parse(a.toString())).isEqualTo(a);
            assertThat(Integer.signum(a.toString().compareTo(b.toString()))).isEqualTo(a.compareTo(b));
        }
    }

    @Test
    void whatIsNoStampIsRefused() {
        for (String text : new String[] {"", "-", "0-0-0", "00000000000g-0000-0000000000000000"}) {
            assertThatThrownBy(() -> Stamp.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
