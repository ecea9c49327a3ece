package dev.gyre.model;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;

/**
 * Measured durations as people read them, in logs, errors and listings: three digits of the unit that fits,
 * e.g. {@code 850µs}, {@code 1.5ms}, {@code 12.5s}; from a minute on the two largest units, e.g.
 * {@code 1m5s}, {@code 2h}, {@code 1d3h}. Units are written as in the config.
 */
public final class DurationText {

    private static final BigDecimal THOUSAND = new BigDecimal("999.5");
    private static final long[] SECONDS = {86_400, 3_600, 60, 1};
    private static final String[] UNITS = {"d", "h", "m", "s"};

    private DurationText() {
    }

    /** Rounded to the digits shown. */
    public static String text(Duration duration) {
        BigDecimal micros = BigDecimal.valueOf(duration.toNanos(), 3);
        if (micros.signum() == 0) {
            return "0s";
        }
        if (micros.compareTo(THOUSAND) < 0) {
            return threeDigits(micros) + "µs";
        }
        BigDecimal millis = micros.movePointLeft(3);
        if (millis.compareTo(THOUSAND) < 0) {
            return threeDigits(millis) + "ms";
        }
        BigDecimal seconds = threeDigitsOf(millis.movePointLeft(3));
        return seconds.compareTo(BigDecimal.valueOf(60)) < 0 ? plain(seconds) + "s"
                : twoUnits(duration.plusMillis(500).toSeconds());
    }

    private static String twoUnits(long seconds) {
        int unit = 0;
        while (seconds < SECONDS[unit]) {
            unit++;
        }
        long smaller = SECONDS[unit + 1];
        long rounded = (seconds + smaller / 2) / smaller * smaller;
        if (unit > 0 && rounded == SECONDS[unit - 1]) {
            return "1" + UNITS[unit - 1];
        }
        long few = rounded % SECONDS[unit] / smaller;
        return rounded / SECONDS[unit] + UNITS[unit] + (few == 0 ? "" : few + UNITS[unit + 1]);
    }

    /** Trailing zeros are left out. */
    public static String threeDigits(BigDecimal value) {
        return plain(threeDigitsOf(value));
    }

    private static BigDecimal threeDigitsOf(BigDecimal value) {
        int decimals = Math.max(0, 3 - Math.max(1, value.precision() - value.scale()));
        return value.setScale(decimals, RoundingMode.HALF_UP);
    }

    private static String plain(BigDecimal value) {
        return value.stripTrailingZeros().toPlainString();
    }
}
