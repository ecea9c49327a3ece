package dev.gyre.model;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Function;

/**
 * How much two lists have in common at both ends: where one change turned the one into the other, what lies
 * between is that change, and all else can be taken over as it is.
 *
 * @param head so many elements at the beginning are the same
 * @param tail so many at the end, none of them counted in {@code head}
 */
public record Overlap(int head, int tail) {

    public static <T> Overlap of(List<T> before, List<T> after, BiPredicate<T, T> same) {
        int most = Math.min(before.size(), after.size());
        int head = 0;
        while (head < most && same.test(before.get(head), after.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < most - head && same.test(before.get(before.size() - 1 - tail),
                after.get(after.size() - 1 - tail))) {
            tail++;
        }
        return new Overlap(head, tail);
    }

    /**
     * What belongs to the elements after, from what belonged to those before.
     *
     * @param known at the same index as the elements before
     * @param fresh what belongs to one that lies between
     */
    public <T, V> List<V> carry(List<V> known, List<T> after, Function<T, V> fresh) {
        List<V> carried = new ArrayList<>(after.size());
        carried.addAll(known.subList(0, head));
        between(after).forEach(element -> carried.add(fresh.apply(element)));
        carried.addAll(known.subList(known.size() - tail, known.size()));
        return carried;
    }

    /** What lies between in a list of the two. */
    public <T> List<T> between(List<T> list) {
        return list.subList(head, list.size() - tail);
    }
}
