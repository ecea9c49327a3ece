package dev.gyre.routing;

import java.util.Map;
import java.util.Optional;

/**
 * An immutable map from text, looked up by a part of a longer text without cutting that part out. Open
 * addressing, at most half full.
 */
final class SliceTable<V> {

    private final String[] keys;
    private final Object[] values;
    private final int longestKey;

    SliceTable(Map<String, V> entries) {
        int capacity = Integer.highestOneBit(Math.max(1, entries.size())) * 4;
        keys = new String[capacity];
        values = new Object[capacity];
        longestKey = entries.keySet().stream().mapToInt(String::length).max().orElse(-1);
        entries.forEach((key, value) -> {
            int place = place(key.hashCode());
            while (keys[place] != null) {
                place = after(place);
            }
            keys[place] = key;
            values[place] = Optional.of(value);
        });
    }

    /** Length of the longest key, -1 without any: longer slices need not be looked up. */
    int longestKey() {
        return longestKey;
    }

    /** What stands under {@code text.substring(from, to)}. */
    Optional<V> get(String text, int from, int to) {
        if (to - from > longestKey) {
            return Optional.empty();
        }
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = hashWith(hash, text.charAt(i));
        }
        return get(text, from, to, hash);
    }

    /** The same for a caller that has the slice's hash from {@link #hashWith} already. */
    @SuppressWarnings("unchecked")
    Optional<V> get(String text, int from, int to, int hash) {
        int length = to - from;
        for (int place = place(hash); keys[place] != null; place = after(place)) {
            String key = keys[place];
            if (key.length() == length && key.regionMatches(0, text, from, length)) {
                return (Optional<V>) values[place];
            }
        }
        return Optional.empty();
    }

    /** The hash of a slice from the hash of the slice shorter by its last character; 0 for the empty one. */
    static int hashWith(int hash, char last) {
        return 31 * hash + last;
    }

    private int place(int hash) {
        return (hash ^ hash >>> 16) & keys.length - 1;
    }

    private int after(int place) {
        return place + 1 & keys.length - 1;
    }
}
