package dev.gyre.cluster;

import java.time.Duration;

/** Durations for people, in the two largest units. */
final class DurationText {

    private DurationText() {
    }

    static String text(Duration span) {
        long seconds = span.plusMillis(500).toSeconds();
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3_600) {
            return joined(seconds / 60, "min", seconds % 60, "s");
        }
        long minutes = (seconds + 30) / 60;
        if (minutes < 1_440) {
            return joined(minutes / 60, "h", minutes % 60, "min");
        }
        long hours = (seconds + 1_800) / 3_600;
        return joined(hours / 24, "d", hours % 24, "h");
    }

    private static String joined(long many, String unit, long few, String smaller) {
        return many + " " + unit + (few == 0 ? "" : " " + few + " " + smaller);
    }
}
