package dev.gyre.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationTextTest {

    @ParameterizedTest
    @CsvSource({"0, 0s", "400, 0.4µs", "850000, 850µs", "999499, 999µs", "999500, 1ms",
        "1500000, 1.5ms", "12000000, 12ms", "12340000, 12.3ms", "200000000, 200ms", "999600000, 1s",
        "1800000000, 1.8s", "12500000000, 12.5s", "59940000000, 59.9s", "59960000000, 1m"})
    void belowAMinuteThreeDigitsOfOneUnit(long nanos, String text) {
        assertThat(DurationText.text(Duration.ofNanos(nanos))).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"60, 1m", "65, 1m5s", "1200, 20m", "3599, 59m59s", "3600, 1h", "3629, 1h", "3630, 1h1m",
        "86369, 23h59m", "86370, 1d", "86400, 1d", "100000, 1d4h", "1000000000, 11574d2h"})
    void fromAMinuteOnTheTwoLargestUnits(long seconds, String text) {
        assertThat(DurationText.text(Duration.ofSeconds(seconds))).isEqualTo(text);
    }
}
