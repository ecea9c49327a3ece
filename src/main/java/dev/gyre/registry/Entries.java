package dev.gyre.registry;

import dev.gyre.model.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * All that the registry holds, one entry a key; immutable. Merging keeps the later entry of each key and is
 * therefore commutative, associative and idempotent: messages may be lost, repeated or reordered, and nodes
 * that have seen the same entries hold the same.
 */
public final class Entries {

    private static final Entries EMPTY = new Entries(new TreeMap<>());

    private final SortedMap<Key, Entry> byKey;

    private Entries(SortedMap<Key, Entry> byKey) {
        this.byKey = Collections.unmodifiableSortedMap(byKey);
    }

    public static Entries empty() {
        return EMPTY;
    }

    public static Entries of(Collection<Entry> entries) {
        return EMPTY.with(entries);
    }

    /** These and the given ones, the later of each key. */
    public Entries with(Collection<Entry> others) {
        if (others.isEmpty()) {
            return this;
        }
        SortedMap<Key, Entry> merged = new TreeMap<>(byKey);
        others.forEach(entry -> merged.merge(entry.key(), entry, Entry::later));
        return new Entries(merged);
    }

    public Entries merge(Entries other) {
        return with(other.byKey.values());
    }

    /** In the order of the keys, tombstones included. */
    public Collection<Entry> all() {
        return byKey.values();
    }

    /** The entry of this key, tombstones included. */
    public Optional<Entry> find(Key key) {
        return Optional.ofNullable(byKey.get(key));
    }

    /** What is held of the entry's key, if anything, is older. */
    public boolean precedes(Entry entry) {
        Entry held = byKey.get(entry.key());
        return held == null || entry.overrules(held);
    }

    /** What a layer says of a thing; empty when it says nothing, also when it no longer does. */
    Optional<JsonObject> value(Key key) {
        return Optional.ofNullable(byKey.get(key)).filter(entry -> !entry.tombstone()).map(Entry::value);
    }

    /** The entries of a layer and kind that still speak. */
    Stream<Entry> live(Origin layer, Key.Kind kind) {
        return all().stream().filter(entry -> !entry.tombstone()
                && entry.key().kind() == kind && entry.key().layer() == layer);
    }

    /** The highest stamp, {@link Stamp#ZERO} when there is no entry. */
    public Stamp highest() {
        return all().stream().map(Entry::stamp).max(Stamp::compareTo).orElse(Stamp.ZERO);
    }

    /**
     * Names this state in some twenty characters: the highest stamp's time and counter, so that later states
     * sort behind earlier ones, and a digest, so that two nodes show the same version only when they hold the
     * same.
     */
    public String version() {
        if (byKey.isEmpty()) {
            return "0";
        }
        CRC32C digest = new CRC32C();
        for (Entry entry : all()) {
            digest.update((entry.key() + " " + entry.stamp() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        Stamp highest = highest();
        return String.format("%011x.%04x.%08x", highest.wall(), highest.counter(), digest.getValue());
    }

    JsonArray toJson() {
        return new JsonArray(all().stream().map(Entry::toJson).toList());
    }

    static Entries fromJson(JsonArray array) {
        List<Entry> entries = array.stream().map(element -> {
            if (element instanceof JsonObject json) {
                return Entry.fromJson(json);
            }
            throw new IllegalArgumentException("no entry: " + element);
        }).toList();
        return of(entries);
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
