package dev.gyre.balancing;

import dev.gyre.model.SlowStart;
import java.time.Duration;
import java.time.Instant;

/**
 * A slow start: (elapsed / window) ^ (1 / aggression) of the full share, at least a tenth of it, so that
 * there is something to warm up by.
 */
public final class SlowStartRamp {

    static final double LEAST = 0.1;

    private SlowStartRamp() {
    }

    /** @return 0.1..1, where 1 says that the start is over */
    public static double share(SlowStart slow, Instant since, Instant now) {
        double elapsed = Duration.between(since, now).toNanos() / (double) slow.window().toNanos();
        if (elapsed >= 1) {
            return 1;
        }
        return Math.max(LEAST, Math.pow(Math.max(0, elapsed), 1 / slow.aggression()));
    }
}
