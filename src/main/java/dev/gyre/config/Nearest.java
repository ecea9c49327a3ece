package dev.gyre.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that was probably meant. */
public final class Nearest {

    private Nearest() { }

    /** The known name the fewest slips away; empty when more than a third of the word would change. */
    public static Optional<String> to(String word, Collection<String> known) {
        return known.stream()
                .filter(name -> slips(word, name) <= Math.max(1, Math.max(word.length(), name.length()) / 3))
                .filter(name -> slips(word, name) < name.length())
                .min(Comparator.comparingInt((String name) -> slips(word, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Letters added, dropped, changed or swapped with their neighbour (optimal string alignment). */
    private static int slips(String from, String to) {
        String a = from.toLowerCase(Locale.ROOT);
        String b = to.toLowerCase(Locale.ROOT);
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int changed = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                cost[i][j] = Math.min(cost[i - 1][j - 1] + changed,
                        1 + Math.min(cost[i - 1][j], cost[i][j - 1]));
                boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1);
                if (swapped) {
                    cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
                }
            }
        }
        return cost[a.length()][b.length()];
    }
}
