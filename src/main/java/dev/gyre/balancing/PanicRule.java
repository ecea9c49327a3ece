package dev.gyre.balancing;

import java.util.List;
import java.util.function.Predicate;

/**
 * Who is offered requests. When nobody is fit, or too few are to carry the load of all, everybody is offered:
 * verdicts that leave no backend are more likely wrong than right, an answer from an ailing backend is better
 * than none, and what the ailing ones take does not fall upon the few that are left.
 */
public final class PanicRule {

    private PanicRule() {
    }

    /**
     * @param backends those that are offered, in their order
     * @param panic    some of them although they are not fit
     */
    public record Offer<T>(List<T> backends, boolean panic) {
    }

    /**
     * The fit ones, or all when a smaller share than {@code least} (0..1) is fit, or none.
     */
    public static <T> Offer<T> offer(List<T> candidates, Predicate<T> fit, double least) {
        List<T> fitOnes = candidates.stream().filter(fit).toList();
        boolean enough = !fitOnes.isEmpty() && fitOnes.size() >= least * candidates.size();
        return enough || candidates.isEmpty() ? new Offer<>(fitOnes, false) : new Offer<>(candidates, true);
    }
}
