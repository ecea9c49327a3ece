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
 * The stamp up to which this node has had all entries of the others. If a node returns after the others have
 * forgotten removals that it did not receive, this decides which of its fields they must have removed: those
 * that all had then and the others no longer have. They cannot have removed what it wrote later.
 */
final class SyncPoint {

    private static final String NOTE = "agreed";

    /** A note is a write to the disk; if it is a little old, this node drops a little less. */
    private static final long EVERY_NANOS = 10_000_000_000L;

    private Stamp noted = Stamp.ZERO;
    private OptionalLong notedNanos = OptionalLong.empty();

    /**
     * This node and all present nodes agree.
     *
     * @param held the common entries; the registry may have more by now, which the others have not received
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
     * The sync point of a node.
     *
     * @param agreed    up to this stamp it has had all entries of the others
     * @param collected the highest stamp of a removal that it has forgotten
     */
    record Memory(Stamp agreed, Stamp collected) {

        static final Memory NONE = new Memory(Stamp.ZERO, Stamp.ZERO);

        static Memory of(Registry registry) {
            return new Memory(registry.note(NOTE).map(Stamp::parse).orElse(Stamp.ZERO), registry.collected());
        }

        /** Whether the other has forgotten removals that this node may not have received. */
        boolean isBehind(Memory other) {
            return agreed.compareTo(Stamp.ZERO) > 0 && other.collected.compareTo(agreed) > 0;
        }

        JsonObject toJson() {
            return new JsonObject().put("agreed", agreed.toString()).put("collected", collected.toString());
        }

        /** {@link #NONE} if there is none. */
        static Memory fromJson(JsonObject json) {
            try {
                return new Memory(Stamp.parse(json.getString("agreed", "")),
                        Stamp.parse(json.getString("collected", "")));
            } catch (IllegalArgumentException | ClassCastException e) {
                return NONE;
            }
        }
    }

    /**
     * Up to where nodes behind this one agreed: fields from before that this one no longer has are removed.
     */
    static Stamp behind(Memory self, Collection<Memory> others) {
        return others.stream().filter(other -> other.isBehind(self)).map(Memory::agreed)
                .max(Comparator.naturalOrder()).orElse(Stamp.ZERO);
    }

    /**
     * The remaining parts of the entries whose other fields the other nodes have removed and forgotten.
     *
     * @param agreed up to where this node agreed with them
     * @param shared their entry of a key; empty if none, or unreadable
     * @param unread the keys of their unreadable entries
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
