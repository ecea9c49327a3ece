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
 * What is written, kept and merged: what one layer says of one resource, field by field. Merging keeps of
 * each field the later register, and so is commutative, associative and idempotent. A change is an entry as
 * well, of the fields that it writes and no others. Immutable.
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
    /** Of {@link #hash}; computed when it is first asked for, at worst twice with the same outcome. */
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

    /** With these fields and no others; empty when there is none, this very entry when it has no others. */
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

    /** Into which of {@link #BUCKETS} it falls. */
    int bucket() {
        return bucket;
    }

    /** What is known of a field, set or not. */
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

    /** Says nothing any more, and is kept only so that what it once said does not come back. */
    boolean tombstone() {
        return registers.stream().noneMatch(Register::isSet);
    }

    /** Of the layers below the operator's: the resource is declared or announced. */
    boolean declares() {
        return value(EntryFields.PRESENT).filter(Boolean.TRUE::equals).isPresent();
    }

    /** Of each field the later register. This very entry when the other brings nothing new. */
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

    /** The other lacks something that this one has. */
    public boolean overrules(Entry other) {
        return other.merge(this) != other;
    }

    /**
     * 64 bits of what is set, and since when. What is unset has no part in it: whether a node still remembers
     * a removal or has forgotten it already makes no difference to what it serves.
     */
    public long hash() {
        long known = hash;
        if (known == 0) {
            StringBuilder text = new StringBuilder(key.toString());
            registers.stream().filter(Register::isSet).forEach(register ->
                    text.append('\n').append(register.name()).append(' ').append(register.stamp()));
            // The start of a SHA-256: sums of simpler, linear hashes are equal too often.
            known = ByteBuffer.wrap(Sha256.of(text.toString())).getLong();
            hash = known;
        }
        return known;
    }

    /** The form in which an entry is stored and sent; what it may be is told in the page on the format. */
    public JsonObject toJson() {
        JsonObject fields = new JsonObject();
        registers.forEach(register -> fields.put(register.name(), register.toJson()));
        return new JsonObject().put("kind", key.kind()).put("name", key.name()).put("layer", key.layer())
                .put("fields", fields);
    }

    /**
     * Reads what {@link #toJson} wrote, on this version or a newer one, or what the first format had, with
     * one stamp for all fields of an entry.
     *
     * @throws IllegalArgumentException when it is no entry
     */
    public static Entry fromJson(JsonObject json) {
        try {
            Key key = new Key(word(json, "layer").intern(), word(json, "kind").intern(), word(json, "name"));
            if (json.getJsonObject("fields") == null) {
                return LegacyFormat.entry(key, json);
            }
            // A setting may stand there under its earlier name as well, from a node of an earlier version.
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
