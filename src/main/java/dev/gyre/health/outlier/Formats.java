package dev.gyre.health.outlier;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

/** Numbers as they stand in sentences. */
final class Formats {

    private Formats() {
    }

    /** {@code 850 ms}, {@code 10 s}, {@code 2.5 s}. */
    static String duration(Duration duration) {
        long millis = duration.toMillis();
        return millis < 1000 ? millis + " ms"
                : BigDecimal.valueOf(millis, 3).setScale(1, RoundingMode.HALF_UP).stripTrailingZeros()
                        .toPlainString() + " s";
    }

    static String percent(double share) {
        return Math.round(share * 100) + " %";
    }
}
