package dev.gyre.cluster;

import dev.gyre.registry.Entries;
import dev.gyre.registry.Entry;
import dev.gyre.registry.Key;
import dev.gyre.registry.Registry;
import dev.gyre.registry.Stamp;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Up to which stamp this node has held all that the others hold. A node that comes back after the others have
 * forgotten removals that it never heard of tells by it which of its entries they must have removed: what all
 * held then, and they hold no more. What it wrote after that, they cannot have known.
 */
final class Agreement {

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
     * The keys of what the others have removed and forgotten.
     *
     * @param collected the highest stamp of a removal that one of the others has forgotten
     * @param shared    the keys that they hold
     */
    static List<Key> removedMeanwhile(Registry registry, Stamp collected, Set<String> shared) {
        Stamp agreed = registry.note(NOTE).map(Stamp::parse).orElse(Stamp.ZERO);
        return collected.compareTo(agreed) <= 0 ? List.of()
                : removed(registry.entries().all(), agreed, shared);
    }

    static List<Key> removed(Iterable<Entry> held, Stamp agreed, Set<String> shared) {
        List<Key> removed = new ArrayList<>();
        for (Entry entry : held) {
            if (entry.stamp().compareTo(agreed) <= 0 && !entry.key().isChange()
                    && !shared.contains(entry.key().toString())) {
                removed.add(entry.key());
            }
        }
        return removed;
    }
}
