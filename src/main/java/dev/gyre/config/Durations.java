package dev.gyre.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as they are written: a number and a unit of {@code ms}, {@code s}, {@code m} or {@code h}. */
public final class Durations {

    public static final Duration LONGEST = Duration.ofHours(24);
    static final String EXAMPLES = "a duration such as \"200ms\", \"1s\" or \"5m\"";

    // The digits are bounded so that no text, however long, costs more than a moment to refuse.
    private static final Pattern FORM = Pattern.compile("(\\d{1,19}(?:\\.\\d{1,9})?)(ms|s|m|h)");

    private static final BigDecimal MOST_MILLIS = BigDecimal.valueOf(Long.MAX_VALUE);

    private Durations() { }

    /** Whole milliseconds only: {@code 1.5s} is one, {@code 1.5ms} is not. */
    public static Optional<Duration> parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return Optional.empty();
        }
        BigDecimal millis = new BigDecimal(form.group(1)).multiply(BigDecimal.valueOf(unit(form.group(2))));
        if (millis.stripTrailingZeros().scale() > 0 || millis.compareTo(MOST_MILLIS) > 0) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofMillis(millis.longValueExact()));
    }

    /** The shortest text without a fraction that {@link #parse} reads back, e.g. {@code 90s}. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        for (String name : new String[] {"h", "m", "s"}) {
            if (millis >= unit(name) && millis % unit(name) == 0) {
                return millis / unit(name) + name;
            }
        }
        return millis == 0 ? "0s" : millis + "ms";
    }

    private static long unit(String name) {
        return switch (name) {
            case "h" -> 3_600_000;
            case "m" -> 60_000;
            case "s" -> 1_000;
            default -> 1;
        };
    }
}
