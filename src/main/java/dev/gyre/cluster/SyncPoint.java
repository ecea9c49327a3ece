package dev.gyre.cluster;

import dev.gyre.registry.Entries;
import dev.gyre.registry.Entry;
import dev.gyre.registry.Key;
import dev.gyre.registry.Registry;
import dev.gyre.registry.Stamp;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Up to which stamp this node has held all that the others hold. A node that comes back after the others have
 * forgotten removals that it never heard of tells by it which of its fields they must have removed: what all
 * held then, and they hold no more. What it wrote after that, they cannot have known.
 */
final class SyncPoint {

    private static final String NOTE = "agreed";

    /** A note is a write to the disk; one that is a little old makes this node give up a little less. */
    private static final long EVERY_NANOS = 10_000_000_000L;

    private Stamp noted = Stamp.ZERO;
    private OptionalLong notedNanos = OptionalLong.empty();

    /**
     * This node and all others that are there hold the same.
     *
     * @param held what they hold; the registry may hold more by now, which the others have not heard of
     */
    void on(Entries held, Registry registry, long nowNanos) {
        Stamp highest = held.highest();
        boolean late = notedNanos.isEmpty() || nowNanos - notedNanos.getAsLong() >= EVERY_NANOS;
        if (late && !highest.equals(noted)) {
            noted = highest;
            notedNanos = OptionalLong.of(nowNanos);
            registry.note(NOTE, highest.toString());
        }
    }

    /**
     * Up to where a node remembers.
     *
     * @param agreed    up to this stamp it has held all that the others held
     * @param collected the highest stamp of a removal that it has forgotten
     */
    record Memory(Stamp agreed, Stamp collected) {

        static final Memory NONE = new Memory(Stamp.ZERO, Stamp.ZERO);

        static Memory of(Registry registry) {
            return new Memory(registry.note(NOTE).map(Stamp::parse).orElse(Stamp.ZERO), registry.collected());
        }

        /** The other has forgotten removals that this node may never have heard of. */
        boolean isBehind(Memory other) {
            return agreed.compareTo(Stamp.ZERO) > 0 && other.collected.compareTo(agreed) > 0;
        }

        JsonObject toJson() {
            return new JsonObject().put("agreed", agreed.toString()).put("collected", collected.toString());
        }

        /** {@link #NONE} where it is none. */
        static Memory fromJson(JsonObject json) {
            try {
                return new Memory(Stamp.parse(json.getString("agreed", "")),
                        Stamp.parse(json.getString("collected", "")));
            } catch (IllegalArgumentException | ClassCastException e) {
                return NONE;
            }
        }
    }

    /** Up to where nodes that are behind this one agreed: what this one holds no more of that is removed. */
    static Stamp behind(Memory self, Collection<Memory> others) {
        return others.stream().filter(other -> other.isBehind(self)).map(Memory::agreed)
                .max(Comparator.naturalOrder()).orElse(Stamp.ZERO);
    }

    /**
     * What the others have removed and forgotten, field by field: of each entry concerned what is left.
     *
     * @param agreed up to where this node agreed with them
     * @param shared what they hold under a key; empty when nothing, or nothing that can be read
     * @param unread the keys under which they hold what cannot be read
     */
    static Map<Key, Optional<Entry>> removed(Iterable<Entry> held, Stamp agreed,
                                             Function<Key, Optional<Entry>> shared, Predicate<Key> unread) {
        Map<Key, Optional<Entry>> left = new HashMap<>();
        for (Entry entry : held) {
            if (!entry.key().isChange() && !unread.test(entry.key())) {
                Optional<Entry> theirs = shared.apply(entry.key());
                Optional<Entry> rest = entry.only(register -> register.stamp().compareTo(agreed) > 0
                        || theirs.flatMap(one -> one.register(register.name())).isPresent());
                if (rest.filter(entry::equals).isEmpty()) {
                    left.put(entry.key(), rest);
                }
            }
        }
        return left;
    }
}
