package dev.gyre.balancing;

import java.util.List;
import java.util.function.Predicate;

/**
 * Who is offered requests. When nobody is fit, everybody is: verdicts that leave no backend are more likely
 * wrong than right, and an answer from an ailing backend is better than none.
 */
public final class PanicRule {

    private PanicRule() {
    }

    /** The fit ones in their order, or all when there are none. */
    public static <T> List<T> offered(List<T> candidates, Predicate<T> fit) {
        List<T> fitOnes = candidates.stream().filter(fit).toList();
        return fitOnes.isEmpty() ? candidates : fitOnes;
    }
}
