package dev.gyre.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that was probably meant. Its work is bounded, whatever is asked. */
public final class Nearest {

    /** Longer words are not compared; the work for one pair of words is the product of their lengths. */
    static final int LONGEST = 64;
    /** Of more names the first are compared. */
    static final int COMPARED = 5_000;

    private Nearest() { }

    /**
     * The known name the fewest slips away; empty when more than a third of the word would change, and for
     * words of more than {@value #LONGEST} characters.
     */
    public static Optional<String> to(String word, Collection<String> known) {
        if (word.length() > LONGEST) {
            return Optional.empty();
        }
        String wanted = word.toLowerCase(Locale.ROOT);
        String best = null;
        int fewest = Integer.MAX_VALUE;
        int left = COMPARED;
        for (String name : known) {
            int most = Math.max(1, Math.max(word.length(), name.length()) / 3);
            if (name.length() > LONGEST || Math.abs(word.length() - name.length()) > most) {
                continue;
            }
            if (left-- == 0) {
                break;
            }
            int slips = slips(wanted, name.toLowerCase(Locale.ROOT));
            boolean near = slips <= most && slips < name.length();
            if (near && (slips < fewest || slips == fewest && name.compareTo(best) < 0)) {
                best = name;
                fewest = slips;
            }
        }
        return Optional.ofNullable(best);
    }

    /** Letters added, dropped, changed or swapped with their neighbour (optimal string alignment). */
    private static int slips(String a, String b) {
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
