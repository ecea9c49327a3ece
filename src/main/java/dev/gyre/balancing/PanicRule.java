package dev.gyre.balancing;

import java.util.List;
import java.util.function.Predicate;

/**
 * Decides which backends are offered requests. If none is healthy, or too few to carry the load, all are
 * offered: verdicts against all backends are more likely wrong than right, an answer from a failing backend
 * is better than none, and the few healthy ones are not overloaded.
 */
public final class PanicRule {

    private PanicRule() {
    }

    /**
     * @param backends those that are offered, in their order
     * @param panic    some of them although they are unhealthy
     */
    public record Offer<T>(List<T> backends, boolean panic) {
    }

    /**
     * The healthy ones, or all if fewer than the share {@code least} (0..1) or none are healthy.
     */
    public static <T> Offer<T> offer(List<T> candidates, Predicate<T> isHealthy, double least) {
        List<T> healthy = candidates.stream().filter(isHealthy).toList();
        boolean enough = !healthy.isEmpty() && healthy.size() >= least * candidates.size();
        return enough || candidates.isEmpty() ? new Offer<>(healthy, false) : new Offer<>(candidates, true);
    }
}
