package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A compiler that only seems to have caught up is lowered too early, and the node stays slow. */
class CompilerIdleTest {

    private static final int LOOK_MILLIS = 2_000;

    private final CompilerIdle idle = new CompilerIdle(Duration.ofSeconds(10));
    private long now;
    private long compiled;

    private boolean look(long more, boolean atWork) {
        now += LOOK_MILLIS;
        compiled += more;
        return idle.reached(now * 1_000_000, new CompilerLoad(compiled, atWork));
    }

    @Test
    void itIsReachedWhenTheCompilersHaveDoneNothingForAllOfTheTime() {
        look(5_000, true);
        List<Boolean> seen = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            seen.add(look(0, false));
        }
        assertThat(seen).containsExactly(false, false, false, false, true);
    }

    @Test
    void aLittleNowAndThenIsIdle() {
        look(5_000, false);
        for (int i = 0; i < 4; i++) {
            assertThat(look(50, false)).isFalse();
        }
        assertThat(look(50, false)).isTrue();
    }

    @Test
    void aBurstBeginsTheTimeAgain() {
        look(5_000, false);
        for (int i = 0; i < 4; i++) {
            look(0, false);
        }
        assertThat(look(600, false)).isFalse();
        for (int i = 0; i < 4; i++) {
            assertThat(look(0, false)).isFalse();
        }
        assertThat(look(0, false)).isTrue();
    }

    @Test
    void aCompilerThatGetsNoCoreIsNotIdle() {
        for (int i = 0; i < 20; i++) {
            assertThat(look(0, true)).isFalse();
        }
    }

    @Test
    void aCompilerThreadThatEndsIsNoSignOfWork() {
        look(5_000, false);
        look(-3_000, false);
        for (int i = 0; i < 4; i++) {
            assertThat(look(0, false)).isFalse();
        }
        assertThat(look(0, false)).isTrue();
    }
}
