package dev.gyre.health;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/**
 * Rendezvous hashing (Thaler and Ravishankar, 1996): every node ranks all nodes for a key alike without a
 * word between them, and a node that goes hands on its own keys only.
 */
final class Rendezvous {

    private Rendezvous() {
    }

    /** The first so many of the nodes for this key, best first; fewer where there are fewer. */
    static List<String> first(int count, String key, Collection<String> nodes) {
        return nodes.stream()
                .sorted(Comparator.comparingLong((String node) -> weight(node, key)).reversed()
                        .thenComparing(Comparator.naturalOrder()))
                .limit(count).toList();
    }

    /** FNV-1a over both, then the finalizer of MurmurHash3, for FNV alone leaves the high bits alike. */
    private static long weight(String node, String key) {
        long hash = 0xcbf29ce484222325L;
        for (byte b : (node + "\n" + key).getBytes(StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
        }
        hash = (hash ^ hash >>> 33) * 0xff51afd7ed558ccdL;
        hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
        return hash ^ hash >>> 33;
    }
}
