package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A number without a unit, or with the wrong one, is never guessed at. */
class UnitsTest {

    @ParameterizedTest
    @CsvSource({"200ms, 200, 200ms", "1s, 1000, 1s", "1.5s, 1500, 1500ms", "5m, 300000, 5m", "60s, 60000, 1m",
        "90s, 90000, 90s", "24h, 86400000, 24h", "0s, 0, 0s", "0.001s, 1, 1ms", "1.50s, 1500, 1500ms"})
    void durations(String text, long millis, String written) {
        assertThat(Durations.parse(text)).hasValue(Duration.ofMillis(millis));
        assertThat(Durations.text(Duration.ofMillis(millis))).isEqualTo(written);
        assertThat(Durations.parse(written)).hasValue(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-1s", "1 s", "1S", "1d", "1.5ms", "1,5s", "1.s", ".5s", "1s1s",
        "9999999999999999999s", "1e3s", "١s"})
    void noDurations(String text) {
        assertThat(Durations.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0B, 0", "10B, 10", "64KB, 65536", "2MB, 2097152", "3GB, 3221225472"})
    void sizes(String text, long bytes) {
        assertThat(Sizes.parse(text)).hasValue(bytes);
        assertThat(Sizes.text(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "64", "64kb", "1.5KB", "-1B", "1TB", "1 KB", "9999999999GB"})
    void noSizes(String text) {
        assertThat(Sizes.parse(text)).isEmpty();
    }
}
