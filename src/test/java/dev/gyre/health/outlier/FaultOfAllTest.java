package dev.gyre.health.outlier;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.EjectionPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A backend is ejected for what it does, and not for what happens to all alike. */
class FaultOfAllTest {

    private static final EjectionPolicy BY_LATENCY = new EjectionPolicy(5, 0.5, 20, Optional.of(3.0),
            Set.of(503), Duration.ofSeconds(10), Duration.ofMinutes(5), 0.3);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Random dice = new Random(7);

    @Test
    void fiveFailuresInARowAreEnoughAtOnceAndFourAreNot() {
        Fleet fleet = new Fleet(4, EjectionPolicy.DEFAULT);
        fleet.fail(2, 4);
        assertThat(fleet.ejected()).isEmpty();
        fleet.fail(2);
        assertThat(fleet.ejected()).containsExactly(2);
        assertThat(fleet.condition(2).reason()).isEqualTo("5 failures in a row (last: connection refused)");
        assertThat(fleet.ejections(2)).containsExactly(Map.entry(EjectionCause.FAILURES, 1L));
    }

    @Test
    void halfOfTheRequestsFailingIsEnoughWhereTheOthersAreFine() {
        Fleet fleet = new Fleet(4, EjectionPolicy.DEFAULT);
        fleet.allGood(100);
        for (int i = 0; i < 110; i++) {
            fleet.doubtful(1);
        }
        fleet.pass(SECOND);
        assertThat(fleet.ejected()).containsExactly(1);
        assertThat(fleet.condition(1).reason()).isEqualTo(
                "52 % of 210 requests failed, 0 % at the service's median backend");
    }

    @Test
    void aFewRequestsSayNothingOfARate() {
        Fleet fleet = new Fleet(4, EjectionPolicy.DEFAULT);
        fleet.pass(SECOND, () -> {
            fleet.doubtful(1);
            fleet.good(1, 1);
        });
        assertThat(fleet.everEjected()).isEmpty();
        fleet.pass(Duration.ofSeconds(60), () -> fleet.good(0, 100));
        fleet.pass(SECOND, () -> {
            fleet.doubtful(1);
            fleet.good(1, 1);
        });
        assertThat(fleet.everEjected()).as("what is older than ten seconds is forgotten").isEmpty();
    }

    @Test
    void aRequestThatIsA500EverywhereEjectsNobody() {
        Fleet fleet = new Fleet(4, EjectionPolicy.DEFAULT);
        fleet.pass(Duration.ofSeconds(30), () -> {
            for (int i = 0; i < 4; i++) {
                fleet.doubtful(i);
                fleet.doubtful(i);
                fleet.good(i, 1);
            }
        });
        assertThat(fleet.everEjected()).isEmpty();
    }

    @Test
    void aNetworkThatLosesRequestsOfAllEjectsNobodyButWhoFailsThemAll() {
        Fleet fleet = new Fleet(4, EjectionPolicy.DEFAULT);
        // Before the losses have shown in a sample a row of them would be taken for one backend's.
        fleet.allGood(20);
        for (int i = 0; i < 4; i++) {
            lose(fleet, i, 5, 10);
        }
        fleet.pass(SECOND);
        assertThat(fleet.everEjected()).isEmpty();
        fleet.pass(Duration.ofMinutes(1), () -> {
            for (int request = 0; request < 400; request++) {
                lose(fleet, dice.nextInt(4), 1, 5);
            }
        });
        assertThat(fleet.everEjected()).as("one in five lost on the way to each").isEmpty();
        fleet.pass(Duration.ofSeconds(10), () -> {
            for (int request = 0; request < 300; request++) {
                lose(fleet, dice.nextInt(3), 1, 5);
            }
            fleet.fail(3, 100);
        });
        assertThat(fleet.ejected()).containsExactly(3);
    }

    /** Of so many requests one in so many, on average. */
    private void lose(Fleet fleet, int number, int requests, int oneIn) {
        for (int i = 0; i < requests; i++) {
            if (dice.nextInt(oneIn) == 0) {
                fleet.fail(number);
            } else {
                fleet.good(number, 1);
            }
        }
    }

    @Test
    void aNetworkThatJittersEjectsNobodyButWhoIsAlwaysSlow() {
        Fleet fleet = new Fleet(8, BY_LATENCY);
        Runnable jitter = () -> {
            int extra = dice.nextInt(2000);
            for (int i = 0; i < 8; i++) {
                fleet.good(i, 10, Duration.ofMillis(1 + dice.nextInt(500) + extra));
            }
        };
        fleet.pass(Duration.ofMinutes(5), jitter);
        assertThat(fleet.everEjected()).isEmpty();
        fleet.pass(Duration.ofSeconds(15), () -> {
            for (int i = 0; i < 8; i++) {
                fleet.good(i, 10, Duration.ofMillis(i == 5 ? 800 : 20));
            }
        });
        assertThat(fleet.ejected()).containsExactly(5);
        assertThat(fleet.condition(5).reason())
                .matches("its median answer takes \\d+ms, that of the service's median backend [\\d.]+ms");
    }

    @Test
    void whoIsSlowIsLeftToBalancingUnlessAskedFor() {
        Fleet fleet = new Fleet(8, EjectionPolicy.DEFAULT);
        fleet.pass(Duration.ofSeconds(15), () -> {
            for (int i = 0; i < 8; i++) {
                fleet.good(i, 10, Duration.ofMillis(i == 5 ? 5000 : 20));
            }
        });
        assertThat(fleet.everEjected()).isEmpty();
    }

    @Test
    void ofTwoThatDifferNobodyKnowsWhichIsSlow() {
        Fleet fleet = new Fleet(2, BY_LATENCY);
        fleet.pass(Duration.ofSeconds(15), () -> {
            fleet.good(0, 10, Duration.ofMillis(5));
            fleet.good(1, 10, Duration.ofMillis(900));
        });
        assertThat(fleet.everEjected()).isEmpty();
    }

    @Test
    void whoHangsIsFoundLongBeforeItsRequestsTimeOut() {
        Fleet fleet = new Fleet(4, EjectionPolicy.DEFAULT);
        fleet.pass(SECOND, () -> fleet.allGood(10));
        fleet.wait(3, 5);
        fleet.pass(Duration.ofMillis(750), () -> othersGood(fleet));
        assertThat(fleet.ejected()).isEmpty();
        fleet.pass(Duration.ofMillis(750), () -> othersGood(fleet));
        assertThat(fleet.ejected()).containsExactly(3);
        assertThat(fleet.condition(3).reason())
                .matches("no answer for 1(\\.\\d+)?s while others answer \\(requests waiting: 5\\)");
    }

    private static void othersGood(Fleet fleet) {
        for (int i = 0; i < 3; i++) {
            fleet.good(i, 10);
        }
    }

    @Test
    void whereAllWaitForTheSameThingNobodyHangs() {
        Fleet fleet = new Fleet(4, EjectionPolicy.DEFAULT);
        fleet.pass(SECOND, () -> fleet.allGood(10));
        for (int i = 0; i < 4; i++) {
            fleet.wait(i, 50);
            fleet.pass(Duration.ofMillis(250));
        }
        fleet.pass(Duration.ofSeconds(30));
        assertThat(fleet.everEjected()).isEmpty();
    }

    @Test
    void whoIsNotAskedIsNotSilent() {
        Fleet fleet = new Fleet(4, EjectionPolicy.DEFAULT);
        fleet.pass(SECOND, () -> fleet.allGood(10));
        fleet.pass(Duration.ofSeconds(60), () -> othersGood(fleet));
        assertThat(fleet.everEjected()).as("without a request for a minute").isEmpty();
        fleet.wait(3, 5);
        fleet.pass(Duration.ofMillis(750), () -> othersGood(fleet));
        assertThat(fleet.everEjected()).as("silent since it is asked again").isEmpty();
        fleet.pass(Duration.ofMillis(750), () -> othersGood(fleet));
        assertThat(fleet.ejected()).containsExactly(3);
    }

    @Test
    void whoTakesItsTimeAsUsualDoesNotHang() {
        Fleet fleet = new Fleet(4, EjectionPolicy.DEFAULT);
        fleet.pass(SECOND, () -> {
            for (int i = 0; i < 4; i++) {
                fleet.good(i, 10, Duration.ofSeconds(1));
            }
        });
        fleet.wait(3, 5);
        fleet.pass(Duration.ofSeconds(6), () -> {
            for (int i = 0; i < 3; i++) {
                fleet.good(i, 10, Duration.ofSeconds(1));
            }
        });
        assertThat(fleet.everEjected()).isEmpty();
        fleet.wait(3, -1);
        fleet.pass(Duration.ofSeconds(30), () -> othersGood(fleet));
        assertThat(fleet.everEjected()).as("four that wait are none of a busy backend").isEmpty();
    }

    @Test
    void atMostTheSetShareIsEjected() {
        Fleet fleet = new Fleet(10, EjectionPolicy.DEFAULT);
        for (int i = 0; i < 5; i++) {
            fleet.fail(i, 5);
        }
        assertThat(fleet.ejected()).containsExactly(0, 1, 2);
        fleet.pass(Duration.ofSeconds(9), () -> fleet.fail(4, 5));
        assertThat(fleet.ejected()).containsExactly(0, 1, 2);
        // Their time over, the three are back, and there is room for one that goes on failing.
        fleet.pass(Duration.ofSeconds(2), () -> fleet.fail(4, 5));
        assertThat(fleet.ejected()).containsExactly(4);
    }

    @Test
    void oneOfTwoMayBeEjectedAndTheOtherNever() {
        Fleet fleet = new Fleet(2, EjectionPolicy.DEFAULT);
        fleet.fail(0, 5);
        fleet.fail(1, 50);
        assertThat(fleet.ejected()).containsExactly(0);
        Fleet single = new Fleet(1, EjectionPolicy.DEFAULT);
        single.fail(0, 50);
        assertThat(single.ejected()).isEmpty();
    }

    @Test
    void aShareOfNoneSwitchesItOffAlsoForWhoIsEjectedAlready() {
        EjectionPolicy off = new EjectionPolicy(5, 0.5, 20, Optional.empty(), Set.of(), SECOND, SECOND, 0);
        Fleet fleet = new Fleet(4, EjectionPolicy.DEFAULT);
        fleet.fail(0, 5);
        fleet.show(off);
        fleet.pass(Duration.ofMillis(250));
        assertThat(fleet.ejected()).isEmpty();
        fleet.fail(1, 50);
        fleet.pass(SECOND, () -> fleet.fail(1, 50));
        assertThat(fleet.ejected()).isEmpty();
    }

    @Test
    void theLastThatIsFitIsKeptAndWhoIsEjectedComesBackWhenTheLastGoesDown() {
        Fleet fleet = new Fleet(3, EjectionPolicy.DEFAULT);
        fleet.probedDown(0);
        fleet.probedDown(1);
        fleet.fail(2, 50);
        assertThat(fleet.ejected()).isEmpty();

        Fleet other = new Fleet(3, EjectionPolicy.DEFAULT);
        other.fail(0, 5);
        other.probedDown(1);
        other.pass(SECOND);
        assertThat(other.ejected()).containsExactly(0);
        other.probedDown(2);
        other.pass(Duration.ofMillis(250));
        assertThat(other.ejected()).as("better than those that do not even pass a probe").isEmpty();
    }

    @Test
    void whoIsDownAlreadyIsNotEjectedAsWell() {
        Fleet fleet = new Fleet(4, EjectionPolicy.DEFAULT);
        fleet.probedDown(1);
        fleet.fail(1, 50);
        assertThat(List.of(fleet.ejections(1).size(), fleet.ejected().size())).containsExactly(0, 0);
    }
}
