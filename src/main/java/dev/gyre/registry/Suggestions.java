package dev.gyre.registry;

import dev.gyre.config.Nearest;
import java.util.Collection;
import java.util.List;

/** Suggestions in a message about an unknown name. */
public final class Suggestions {

    private static final int LISTED = 20;

    private Suggestions() {
    }

    /** {@code (did you mean "web"? known: api, web)}; the suggestion only if one is similar. */
    public static String hint(String found, Collection<String> known) {
        if (known.isEmpty()) {
            return "(there is none yet)";
        }
        return "(" + Nearest.to(found, known).map(near -> "did you mean \"" + near + "\"? ").orElse("")
                + list(known) + ")";
    }

    /**
     * {@code (known: api, web)}, without a suggestion: after a removal it must not suggest to remove a
     * similar one.
     */
    public static String listed(Collection<String> known) {
        return known.isEmpty() ? "(there is none)" : "(" + list(known) + ")";
    }

    private static String list(Collection<String> known) {
        List<String> first = known.stream().sorted().limit(LISTED).toList();
        return "known: " + String.join(", ", first)
                + (known.size() > LISTED ? " and " + (known.size() - LISTED) + " more" : "");
    }
}
