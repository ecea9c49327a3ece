package dev.gyre.registry;

import dev.gyre.config.Nearest;
import java.util.Collection;
import java.util.List;

/** What a message says to somebody who named a thing that is not there. */
public final class Known {

    private static final int LISTED = 20;

    private Known() {
    }

    /** {@code (did you mean "web"? known: api, web)}; the guess only where one is near. */
    public static String hint(String found, Collection<String> known) {
        if (known.isEmpty()) {
            return "(there is none yet)";
        }
        List<String> sorted = known.stream().sorted().toList();
        String list = String.join(", ", sorted.subList(0, Math.min(LISTED, sorted.size())))
                + (sorted.size() > LISTED ? " and " + (sorted.size() - LISTED) + " more" : "");
        return "(" + Nearest.to(found, sorted).map(near -> "did you mean \"" + near + "\"? ").orElse("")
                + "known: " + list + ")";
    }
}
