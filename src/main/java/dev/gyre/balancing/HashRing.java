package dev.gyre.balancing;

import java.util.Arrays;
import java.util.List;

/**
 * Each index stands at many points of a ring, made from its name alone; a hash goes to the next point.
 * Without an index exactly its own keys go elsewhere.
 *
 * <p>Source: D. Karger et al., "Consistent hashing and random trees", 1997.
 */
final class HashRing implements HashTable {

    /** Of an index of mean weight: shares then differ by some eight per cent. */
    private static final int POINTS = 160;

    private final long[] points;
    private final int[] owners;

    /** @param weights of the names, at the same index */
    HashRing(List<String> names, int[] weights) {
        double mean = Arrays.stream(weights).average().orElse(1);
        record Point(long hash, int owner) { }

        Point[] all = new Point[Arrays.stream(weights).map(weight -> points(weight, mean)).sum()];
        int next = 0;
        for (int i = 0; i < weights.length; i++) {
            long hash = Hash64.of(names.get(i));
            for (int point = 0; point < points(weights[i], mean); point++) {
                all[next++] = new Point(Hash64.of(hash, point), i);
            }
        }
        Arrays.sort(all, (a, b) -> a.hash() != b.hash() ? Long.compare(a.hash(), b.hash())
                : Integer.compare(a.owner(), b.owner()));
        points = Arrays.stream(all).mapToLong(Point::hash).toArray();
        owners = Arrays.stream(all).mapToInt(Point::owner).toArray();
    }

    private static int points(int weight, double mean) {
        return (int) Math.max(1, Math.round(POINTS * weight / mean));
    }

    /** Further attempts go round the ring. */
    @Override
    public int at(long hash, int attempt) {
        int found = Arrays.binarySearch(points, hash);
        int point = found >= 0 ? found : -found - 1;
        return owners[(point + attempt) % owners.length];
    }
}
