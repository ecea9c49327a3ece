package dev.gyre.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What nodes share while they are together: a map, and hints that are lost, doubled and late. */
final class SimulatedNetwork {

    /** @param to a node's number */
    record Hint(int to, List<Entry> entries) { }

    private final int[] sides;
    private final List<Hint> hints = new ArrayList<>();
    private List<Map<Key, Entry>> maps = List.of(new TreeMap<>(), new TreeMap<>());

    SimulatedNetwork(int nodes) {
        sides = new int[nodes];
    }

    boolean together(int one, int other) {
        return sides[one] == sides[other];
    }

    /** The map as a node sees it. */
    Map<Key, Entry> map(int node) {
        return maps.get(sides[node]);
    }

    /** What is there and what comes are merged, as each node does it. */
    void keep(int node, Collection<Entry> entries) {
        entries.forEach(entry -> map(node).merge(entry.key(), entry, Entry::merge));
    }

    void tell(int from, List<Entry> entries) {
        for (int to = 0; to < sides.length; to++) {
            if (to != from) {
                hints.add(new Hint(to, entries));
            }
        }
    }

    int underWay() {
        return hints.size();
    }

    Hint take(int number, boolean again) {
        int at = Math.floorMod(number, hints.size());
        return again ? hints.get(at) : hints.remove(at);
    }

    /** @param bits a side for each node; where two sides meet, the map of either counts, key by key */
    void divide(int bits) {
        List<Map<Key, Entry>> after = List.of(new TreeMap<>(), new TreeMap<>());
        for (int node = 0; node < sides.length; node++) {
            Map<Key, Entry> from = map(node);
            Map<Key, Entry> to = after.get(bits >> node & 1);
            from.forEach((key, entry) -> {
                if (!to.containsKey(key) || (key.hashCode() + bits) % 2 == 0) {
                    to.put(key, entry);
                }
            });
        }
        for (int node = 0; node < sides.length; node++) {
            sides[node] = bits >> node & 1;
        }
        maps = after;
    }
}
