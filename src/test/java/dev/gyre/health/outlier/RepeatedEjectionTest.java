package dev.gyre.health.outlier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.EjectionPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One that fails again and again is away ever longer; one that has mended its ways is trusted again. */
class RepeatedEjectionTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Fleet fleet = new Fleet(4, EjectionPolicy.DEFAULT);

    private void away(Duration time) {
        assertThat(fleet.backoff(0)).isEqualTo(time);
        fleet.pass(time.minus(SECOND));
        assertThat(fleet.ejected()).containsExactly(0);
        fleet.pass(SECOND);
        assertThat(fleet.ejected()).isEmpty();
    }

    @Test
    void justBackOneFailureIsEnoughAndTheTimeDoublesUpToItsLimit() {
        fleet.fail(0, 5);
        List<Integer> seconds = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            seconds.add((int) fleet.backoff(0).toSeconds());
            away(fleet.backoff(0));
            fleet.fail(0);
            assertThat(fleet.ejected()).as("at once").containsExactly(0);
        }
        assertThat(seconds).containsExactly(10, 20, 40, 80, 160, 300, 300, 300);
        assertThat(fleet.condition(0).reason())
                .isEqualTo("fails again after its return (connection refused)");
    }

    @Test
    void withItsFirstRequestsAnsweredItNeedsARowOfFailuresAgain() {
        fleet.fail(0, 5);
        away(Duration.ofSeconds(10));
        fleet.good(0, 20);
        fleet.pass(SECOND);
        fleet.fail(0, 4);
        assertThat(fleet.ejected()).isEmpty();
        fleet.fail(0);
        assertThat(fleet.ejected()).containsExactly(0);
        assertThat(fleet.backoff(0)).as("it was away a moment ago").isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void goodConductShortensTheNextTimeStepByStep() {
        fleet.fail(0, 5);
        away(Duration.ofSeconds(10));
        fleet.fail(0);
        away(Duration.ofSeconds(20));
        fleet.fail(0);
        away(Duration.ofSeconds(40));
        fleet.pass(Duration.ofSeconds(41), () -> fleet.good(0, 1));
        fleet.fail(0, 5);
        assertThat(fleet.backoff(0)).as("40 s of it: as the last time").isEqualTo(Duration.ofSeconds(40));
        away(Duration.ofSeconds(40));
        fleet.pass(Duration.ofSeconds(71), () -> fleet.good(0, 1));
        fleet.fail(0, 5);
        assertThat(fleet.backoff(0)).as("40 s, 20 s and 10 s of it: as the first").isEqualTo(
                Duration.ofSeconds(10));
    }

    @Test
    void oneThatFlapsIsAwayMostOfTheTime() {
        int[] failing = {0};
        fleet.pass(Duration.ofHours(1), () -> {
            // Five seconds good, five seconds bad, whether or not it gets requests.
            failing[0] = (failing[0] + 1) % 40;
            if (!fleet.ejected().contains(0)) {
                if (failing[0] < 20) {
                    fleet.good(0, 10);
                } else {
                    fleet.fail(0, 10);
                }
            }
        });
        long times = fleet.ejections(0).values().stream().mapToLong(Long::longValue).sum();
        assertThat(times).as("in 360 rounds").isLessThan(25);
    }

    @Test
    void whatBeganBeforeItWasEjectedIsNotHeldAgainstItsReturn() {
        fleet.fail(0, 5);
        away(Duration.ofSeconds(10));
        for (int i = 0; i < 20; i++) {
            fleet.fail(0, Duration.ofSeconds(30));
        }
        assertThat(fleet.ejected()).isEmpty();
        fleet.fail(0);
        assertThat(fleet.ejected()).containsExactly(0);
    }

    @Test
    void whoWasSilentAndIsSoAgainNeedsOneRequestOnly() {
        fleet.pass(SECOND, () -> fleet.allGood(10));
        fleet.wait(0, 5);
        fleet.pass(SECOND.multipliedBy(2), this::othersGood);
        assertThat(fleet.ejected()).containsExactly(0);
        fleet.wait(0, -5);
        fleet.pass(Duration.ofSeconds(10), this::othersGood);
        assertThat(fleet.ejected()).isEmpty();
        fleet.wait(0, 1);
        fleet.pass(SECOND.multipliedBy(2), this::othersGood);
        assertThat(fleet.ejected()).containsExactly(0);
        assertThat(fleet.backoff(0)).isEqualTo(Duration.ofSeconds(20));
    }

    private void othersGood() {
        for (int i = 1; i < 4; i++) {
            fleet.good(i, 10);
        }
    }
}
