package dev.gyre.registry;

import dev.gyre.model.Origin;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.pcollections.PSortedMap;
import org.pcollections.TreePMap;

/**
 * All entries of the registry, one for each key; immutable: a change shares all entries that it does not
 * touch. Merging keeps the later register of each field and is therefore commutative, associative and
 * idempotent: even if messages are lost, repeated or reordered, nodes that have seen the same entries hold
 * the same.
 */
public final class Entries {

    private static final Key FIRST_CHANGE = new Key("", Key.CHANGE, "");
    private static final Entries EMPTY =
            new Entries(TreePMap.empty(), TreePMap.empty(), Fingerprint.NONE, Fingerprint.NONE);

    private final PSortedMap<Key, Entry> byKey;
    /** The entries of announced backends, which are read all the time. */
    private final PSortedMap<Key, Entry> announced;
    private final Fingerprint wanted;
    private final Fingerprint changes;

    /**
     * @param wanted  all entries except the records of changes
     * @param changes the records of changes
     */
    private Entries(PSortedMap<Key, Entry> byKey, PSortedMap<Key, Entry> announced, Fingerprint wanted,
                    Fingerprint changes) {
        this.byKey = byKey;
        this.announced = announced;
        this.wanted = wanted;
        this.changes = changes;
    }

    public static Entries empty() {
        return EMPTY;
    }

    public static Entries of(Collection<Entry> entries) {
        return EMPTY.with(entries);
    }

    /**
     * Merged with the given ones: the later register of each field, and only the latest changes, see {@link
     * HistoryLimit#forgotten}. Costs grow with the number of given entries, not of all.
     */
    public Entries with(Collection<Entry> others) {
        Draft draft = new Draft();
        others.forEach(draft::merge);
        return draft.changed ? draft.done() : this;
    }

    Entries merge(Entries other) {
        return with(other.byKey.values());
    }

    /** Without the entries of these keys. */
    Entries without(Collection<Key> keys) {
        Draft draft = new Draft();
        keys.forEach(draft::remove);
        return draft.changed ? draft.done() : this;
    }

    private final class Draft {

        private PSortedMap<Key, Entry> all = byKey;
        private PSortedMap<Key, Entry> leases = announced;
        private final Fingerprint.Following topology = wanted.follow();
        private final Fingerprint.Following history = changes.follow();
        private boolean changed;
        private boolean remembers;

        void merge(Entry entry) {
            Entry before = all.get(entry.key());
            Entry after = before == null ? entry : before.merge(entry);
            if (after == before) {
                return;
            }
            changed = true;
            Fingerprint.Following sums = entry.key().isChange() ? history : topology;
            if (before != null) {
                sums.remove(before);
            }
            sums.add(after);
            all = all.plus(after.key(), after);
            remembers |= after.key().isChange();
            if (isLease(after.key())) {
                leases = leases.plus(after.key(), after);
            }
        }

        void remove(Key key) {
            Entry before = all.get(key);
            if (before != null) {
                changed = true;
                (key.isChange() ? history : topology).remove(before);
                all = all.minus(key);
                leases = leases.minus(key);
            }
        }

        Entries done() {
            if (remembers) {
                HistoryLimit.forgotten(all.tailMap(FIRST_CHANGE, true)).forEach(old -> remove(old.key()));
            }
            return new Entries(all, leases, topology.done(), history.done());
        }
    }

    private static boolean isLease(Key key) {
        return key.kind().equals(Key.BACKEND) && key.isIn(Origin.DISCOVERY);
    }

    /** In the order of the keys, tombstones included. */
    public Collection<Entry> all() {
        return byKey.values();
    }

    /** Tombstones included. */
    public int size() {
        return byKey.size();
    }

    /** The entries of one bucket of {@link #bucketSum}. */
    public Stream<Entry> inBucket(int bucket) {
        return byKey.values().stream().filter(entry -> entry.bucket() == bucket);
    }

    /** Whether the entry would change these. */
    boolean precedes(Entry entry) {
        Entry held = byKey.get(entry.key());
        if (held != null) {
            return entry.overrules(held);
        }
        boolean old = entry.key().isChange() && !changes().isEmpty()
                && entry.key().compareTo(changes().iterator().next().key()) < 0;
        return !old || with(List.of(entry)).byKey.containsKey(entry.key());
    }

    /** The entry of a key, tombstones included. */
    public Optional<Entry> entry(Key key) {
        return Optional.ofNullable(byKey.get(key));
    }

    /** The entry of a key in its text form, tombstones included. */
    public Optional<Entry> named(String key) {
        return Key.parse(key).flatMap(this::entry);
    }

    /** The announcements, ended ones included. */
    Collection<Entry> announced() {
        return announced.values();
    }

    /** The keys of a kind, in the operator's layer, whichever layers have entries. */
    Stream<Key> keys(String kind) {
        // No layer's word is empty, and no name begins with the highest character.
        return operators(byKey.subMap(new Key("", kind, ""), new Key("", kind, "\uffff")));
    }

    /** The keys of a service's backends, in the operator's layer. */
    Stream<Key> backendKeys(String service) {
        // No service name has a character below "!", which follows the space.
        return operators(byKey.subMap(new Key("", Key.BACKEND, service + " "),
                new Key("", Key.BACKEND, service + "!")));
    }

    private static Stream<Key> operators(Map<Key, Entry> some) {
        return some.keySet().stream().map(key -> key.in(Origin.OPERATOR)).distinct();
    }

    /** The records of changes, the oldest first. */
    Collection<Entry> changes() {
        return byKey.tailMap(FIRST_CHANGE, true).values();
    }

    /** The highest stamp; {@link Stamp#ZERO} without entries. */
    public Stamp highest() {
        return wanted.highest().compareTo(changes.highest()) > 0 ? wanted.highest() : changes.highest();
    }

    /** The highest stamp of all entries except the records of changes. */
    Stamp highestWanted() {
        return wanted.highest();
    }

    /**
     * A name of this state of the topology, some twenty characters long: the highest stamp's time and
     * counter, so that later states sort behind earlier ones, and a digest, so that two nodes show the same
     * version only if they hold the same. It ignores the records of changes.
     */
    public String version() {
        if (wanted.isEmpty()) {
            return "0";
        }
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(wanted.highest().wall(), 11) + "."
                + hex.toHexDigits(wanted.highest().counter(), 4) + "." + hex.toHexDigits(wanted.sum(), 8);
    }

    /** Equal on nodes that hold the same entries, records of changes included: 32 hexadecimal digits. */
    public String digest() {
        return HexFormat.of().toHexDigits(wanted.sum()) + HexFormat.of().toHexDigits(changes.sum());
    }

    /**
     * The sum of one of the {@link #buckets}: nodes whose digests differ compare these to find the
     * difference.
     */
    public long bucketSum(int bucket) {
        return wanted.sum(bucket) * 31 + changes.sum(bucket);
    }

    public static int buckets() {
        return Entry.BUCKETS;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Entries entries && byKey.equals(entries.byKey);
    }

    @Override
    public int hashCode() {
        return byKey.hashCode();
    }

    @Override
    public String toString() {
        return version() + " (" + byKey.size() + " entries)";
    }
}
