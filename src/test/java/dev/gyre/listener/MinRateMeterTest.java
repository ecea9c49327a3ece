package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class MinRateMeterTest {

    /** A clock near its overflow, as {@code System.nanoTime()} may be. */
    private static final long START = Long.MAX_VALUE - 5_000_000_000L;

    private final MinRateMeter pace = new MinRateMeter(500, Duration.ofSeconds(10));

    private static long at(double seconds) {
        return START + (long) (seconds * 1e9);
    }

    @Test
    void oneThatSendsNothingIsTooSlowAfterTheGrace() {
        pace.owes(at(0));
        assertThat(pace.due(at(0))).isEqualTo(at(10));
        assertThat(pace.tooSlow(at(9.9))).isFalse();
        assertThat(pace.tooSlow(at(10))).isTrue();
    }

    @Test
    void oneThatKeepsTheRateIsNeverTooSlow() {
        pace.owes(at(0));
        for (int second = 1; second < 1000; second++) {
            pace.moved(500, at(second));
            assertThat(pace.tooSlow(at(second))).isFalse();
        }
    }

    @Test
    void oneThatTricklesIsTooSlowSoon() {
        pace.owes(at(0));
        int second = 0;
        while (!pace.tooSlow(at(++second))) {
            pace.moved(10, at(second));
        }
        assertThat(second).isEqualTo(11);
    }

    @Test
    void aFastBeginningDoesNotPayForHours() {
        pace.owes(at(0));
        pace.moved(1L << 40, at(1));
        assertThat(pace.tooSlow(at(60.9))).isFalse();
        assertThat(pace.tooSlow(at(61))).isTrue();
    }

    @Test
    void theTimeOfOthersIsNotTheClients() {
        pace.owes(at(0));
        pace.rests(at(9));
        assertThat(pace.tooSlow(at(500))).isFalse();
        pace.owes(at(500));
        assertThat(pace.tooSlow(at(500.9))).isFalse();
        assertThat(pace.tooSlow(at(501))).isTrue();
    }
}
