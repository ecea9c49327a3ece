package dev.gyre.registry;

import dev.gyre.model.Origin;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.pcollections.PSortedMap;
import org.pcollections.PSortedSet;
import org.pcollections.TreePMap;
import org.pcollections.TreePSet;

/** The deadlines of drains and holds. Immutable; costs grow with what changes. */
record Deadlines(PSortedSet<End> ends, PSortedMap<Key, Instant> byKey) {

    static final Deadlines NONE = new Deadlines(TreePSet.empty(), TreePMap.empty());

    /** @param key of the operator's entry that sets it */
    record End(Instant at, Key key) implements Comparable<End> {

        @Override
        public int compareTo(End other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : key.compareTo(other.key);
        }
    }

    static Optional<Instant> of(Entry entry) {
        if (!entry.key().isIn(Origin.OPERATOR)) {
            return Optional.empty();
        }
        return switch (entry.key().kind()) {
            case Key.BACKEND -> LayeredResource.drainEnd(entry);
            case Key.SERVICE -> LayeredResource.holdEnd(entry);
            default -> Optional.empty();
        };
    }

    /** The deadline that the entry has now. */
    Deadlines with(Entry entry) {
        Optional<Instant> end = of(entry);
        if (end.equals(Optional.ofNullable(byKey.get(entry.key())))) {
            return this;
        }
        Deadlines others = without(entry.key());
        return end.map(at -> new Deadlines(others.ends.plus(new End(at, entry.key())),
                others.byKey.plus(entry.key(), at))).orElse(others);
    }

    Deadlines without(Key key) {
        Instant before = byKey.get(key);
        return before == null ? this : new Deadlines(ends.minus(new End(before, key)), byKey.minus(key));
    }

    /** The keys whose deadline lies between the two instants. */
    List<Key> between(Instant one, Instant other) {
        Instant from = one.isBefore(other) ? one : other;
        Instant to = one.isBefore(other) ? other : one;
        return ends.stream().dropWhile(end -> !end.at().isAfter(from))
                .takeWhile(end -> !end.at().isAfter(to)).map(End::key).toList();
    }

    /** The keys whose deadline has passed. */
    Stream<Key> over(Instant now) {
        return ends.stream().takeWhile(end -> !end.at().isAfter(now)).map(End::key);
    }
}
