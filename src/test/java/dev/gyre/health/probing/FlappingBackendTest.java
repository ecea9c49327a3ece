package dev.gyre.health.probing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Condition;
import dev.gyre.model.Condition.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A backend that comes and goes with every probe, or a network that loses some, turns no verdict. */
class FlappingBackendTest {

    private static final int RISE = 2;
    private static final int FALL = 3;

    private final Thresholds thresholds = Thresholds.unknown();

    /** One letter a probe: passed or failed. */
    private void probes(String letters) {
        letters.chars().forEach(letter -> {
            if (letter == 'p') {
                thresholds.passed(RISE);
            } else {
                thresholds.failed("status 500", FALL);
            }
        });
    }

    @Test
    void theFirstProbeDecides() {
        assertThat(thresholds.known()).isFalse();
        probes("f");
        assertThat(thresholds.up()).isFalse();
        assertThat(thresholds.reason()).isEqualTo("a probe failed: status 500");
        Thresholds other = Thresholds.unknown();
        other.passed(RISE);
        assertThat(other.up()).isTrue();
    }

    @Test
    void soManyInARowTurnIt() {
        probes("pff");
        assertThat(thresholds.up()).isTrue();
        probes("f");
        assertThat(thresholds.up()).isFalse();
        assertThat(thresholds.reason()).isEqualTo("3 probes in a row failed: status 500");
        probes("p");
        assertThat(thresholds.up()).isFalse();
        probes("p");
        assertThat(thresholds.up()).isTrue();
    }

    @Test
    void comingAndGoingDoesNotTurnIt() {
        probes("p" + "ffp".repeat(50));
        assertThat(thresholds.up()).isTrue();
        probes("fff" + "pf".repeat(50));
        assertThat(thresholds.up()).isFalse();
    }

    @Test
    void whatOthersKnowIsNotOverturnedByOneProbe() {
        Thresholds taken = Thresholds.from(true, "");
        taken.failed("connection refused", FALL);
        assertThat(taken.up()).isTrue();
        assertThat(taken.confirmed()).isFalse();
        Thresholds down = Thresholds.from(false, "3 probes in a row failed: status 500");
        down.passed(RISE);
        assertThat(down.up()).isFalse();
        assertThat(down.reason()).isEqualTo("3 probes in a row failed: status 500");
    }

    @Test
    void aNetworkThatLosesOneProbeInTenTakesNoBackendAway() {
        Random dice = new Random(42);
        Thresholds a = Thresholds.unknown();
        Thresholds b = Thresholds.unknown();
        List<String> probers = List.of("a", "b");
        Optional<Condition> verdict = Optional.empty();
        int aloneDown = 0;
        for (int probe = 0; probe < 3_000; probe++) {
            VoteSet voteSet = new VoteSet();
            for (Thresholds one : List.of(a, b)) {
                if (probe > 0 && dice.nextInt(10) == 0) {
                    one.failed("no answer within 1s", FALL);
                } else {
                    one.passed(RISE);
                }
                voteSet.record(new Vote(one == a ? "a" : "b", one.up(), one.reason(), verdict,
                        Instant.EPOCH, 0));
            }
            aloneDown += a.up() ? 0 : 1;
            verdict = VoteSet.verdict(voteSet.valid(probers, 0, Duration.ofSeconds(1)), "a", verdict,
                    Instant.EPOCH);
            assertThat(verdict.map(Condition::state).orElse(State.HEALTHY)).isEqualTo(State.HEALTHY);
        }
        assertThat(aloneDown).as("one node alone would have taken it away").isPositive();
    }
}
