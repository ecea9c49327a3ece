package dev.gyre.registry;

import dev.gyre.model.Sha256;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The unit that is written, stored and merged: the fields that one layer sets for one resource. Merging keeps
 * the later register of each field, and so is commutative, associative and idempotent. A change is an entry
 * as well, with only the fields that it writes. Immutable.
 */
public final class Entry {

    /** A power of two. */
    static final int BUCKETS = 256;

    private static final Comparator<Register> BY_NAME = Comparator.comparing(Register::name);

    private final Key key;
    /** By name. */
    private final List<Register> registers;
    private final Stamp highest;
    private final int bucket;
    /** Of {@link #hash}; computed at its first use, at worst twice with the same result. */
    private long hash;

    private Entry(Key key, List<Register> sorted) {
        this.key = key;
        this.registers = sorted;
        this.bucket = bucket(key);
        this.highest = sorted.stream().map(Register::stamp).max(Comparator.naturalOrder())
                .orElseThrow(() -> new IllegalArgumentException(key + " without a field"));
    }

    /** @param registers each of another name */
    static Entry of(Key key, List<Register> registers) {
        return new Entry(key, registers.stream().sorted(BY_NAME).toList());
    }

    static Entry of(Key key, Register... registers) {
        return of(key, List.of(registers));
    }

    public Key key() {
        return key;
    }

    /** By name. */
    public List<Register> registers() {
        return registers;
    }

    /** With only these fields; empty if it has none of them, the same instance if it has no others. */
    public Optional<Entry> only(Predicate<Register> kept) {
        List<Register> rest = registers.stream().filter(kept).toList();
        if (rest.size() == registers.size()) {
            return Optional.of(this);
        }
        return rest.isEmpty() ? Optional.empty() : Optional.of(new Entry(key, rest));
    }

    /** The highest of its stamps. */
    public Stamp stamp() {
        return highest;
    }

    private static int bucket(Key key) {
        int hash = key.toString().hashCode();
        return (hash ^ hash >>> 16 ^ hash >>> 8) & BUCKETS - 1;
    }

    /** Its bucket, one of {@link #BUCKETS}. */
    int bucket() {
        return bucket;
    }

    /** The register of a field, set or not. */
    public Optional<Register> register(String name) {
        for (Register register : registers) {
            if (register.name().equals(name)) {
                return Optional.of(register);
            }
        }
        return Optional.empty();
    }

    Optional<Object> value(String name) {
        return register(name).flatMap(Register::value);
    }

    /** Has only unset fields: it is kept so that their former values do not come back. */
    boolean tombstone() {
        return registers.stream().noneMatch(Register::isSet);
    }

    /** Of the layers below the operator's: the resource is declared or announced. */
    boolean declares() {
        return value(EntryFields.PRESENT).filter(Boolean.TRUE::equals).isPresent();
    }

    /** The later register of each field. The same instance if the other has nothing new. */
    public Entry merge(Entry other) {
        List<Register> merged = new ArrayList<>(registers.size() + other.registers.size());
        boolean same = true;
        int i = 0;
        int j = 0;
        while (i < registers.size() || j < other.registers.size()) {
            int order = i == registers.size() ? 1 : j == other.registers.size() ? -1
                    : BY_NAME.compare(registers.get(i), other.registers.get(j));
            if (order < 0) {
                merged.add(registers.get(i++));
            } else if (order > 0) {
                merged.add(other.registers.get(j++));
                same = false;
            } else {
                Register mine = registers.get(i++);
                Register theirs = other.registers.get(j++);
                boolean later = theirs.overrules(mine);
                merged.add(later ? theirs : mine);
                same &= !later;
            }
        }
        return same ? this : new Entry(key, List.copyOf(merged));
    }

    /** Whether this entry has something that the other lacks. */
    public boolean overrules(Entry other) {
        return other.merge(this) != other;
    }

    /**
     * 64 bits over the set fields and their stamps. Unset fields are ignored: a node serves the same, whether
     * it still remembers a removal or not.
     */
    public long hash() {
        long known = hash;
        if (known == 0) {
            StringBuilder text = new StringBuilder(key.toString());
            registers.stream().filter(Register::isSet).forEach(register ->
                    text.append('\n').append(register.name()).append(' ').append(register.stamp()));
            // The start of a SHA-256: sums of simpler, linear hashes collide too often.
            known = ByteBuffer.wrap(Sha256.of(text.toString())).getLong();
            hash = known;
        }
        return known;
    }

    /** The form in which an entry is stored and sent; the page on storage describes it. */
    public JsonObject toJson() {
        JsonObject fields = new JsonObject();
        registers.forEach(register -> fields.put(register.name(), register.toJson()));
        return new JsonObject().put("kind", key.kind()).put("name", key.name()).put("layer", key.layer())
                .put("fields", fields);
    }

    /**
     * Reads the output of {@link #toJson} of this version or a newer one, or the first format, which has one
     * stamp for all fields of an entry.
     *
     * @throws IllegalArgumentException if it is not an entry
     */
    public static Entry fromJson(JsonObject json) {
        try {
            Key key = new Key(word(json, "layer").intern(), word(json, "kind").intern(), word(json, "name"));
            if (json.getJsonObject("fields") == null) {
                return LegacyFormat.entry(key, json);
            }
            // A node of an earlier version may have written a setting under its earlier name.
            Map<String, Register> registers = new LinkedHashMap<>();
            for (Map.Entry<String, Object> field : json.getJsonObject("fields")) {
                Register read = Register.fromJson(field.getKey(), field.getValue());
                registers.merge(read.name(), read, (one, other) -> other.overrules(one) ? other : one);
            }
            return of(key, List.copyOf(registers.values()));
        } catch (ClassCastException e) {
            throw new IllegalArgumentException("wrong type: " + json.encode());
        }
    }

    private static String word(JsonObject json, String name) {
        String word = json.getString(name, "");
        if (word == null || word.isEmpty()) {
            throw new IllegalArgumentException(name + ": missing in " + json.encode());
        }
        return word;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Entry entry && key.equals(entry.key) && registers.equals(entry.registers);
    }

    @Override
    public int hashCode() {
        return 31 * key.hashCode() + registers.hashCode();
    }

    @Override
    public String toString() {
        return toJson().encode();
    }
}
