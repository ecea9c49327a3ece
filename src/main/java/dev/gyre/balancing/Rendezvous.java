package dev.gyre.balancing;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Rendezvous hashing (Thaler and Ravishankar, "A Name-Based Mapping Scheme for Rendezvous", 1996): every node
 * ranks all nodes for a key alike without a word between them, and a node that goes hands on its own keys
 * only.
 */
public final class Rendezvous {

    private Rendezvous() {
    }

    /** The first so many of the nodes for this key, best first; fewer where there are fewer. */
    public static List<String> first(int count, String key, Collection<String> nodes) {
        return nodes.stream()
                .sorted(Comparator.comparingLong((String node) -> Hash64.of(node + "\n" + key)).reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .limit(count).toList();
    }

    /** The one node for this key, of at least one. */
    public static String of(String key, Collection<String> nodes) {
        return first(1, key, nodes).get(0);
    }
}
