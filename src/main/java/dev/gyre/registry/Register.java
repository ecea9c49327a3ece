package dev.gyre.registry;

import dev.gyre.config.RenamedSettings;
import io.vertx.core.json.JsonArray;
import java.util.Objects;
import java.util.Optional;

/**
 * One field of an entry, with the stamp of the decision that wrote it: a last-writer-wins register (Shapiro
 * et al., "A comprehensive study of Convergent and Commutative Replicated Data Types", 2011). A field is set
 * to a value; set to nothing, which hides the layers below; or unset, which leaves it to the layers below and
 * is remembered only for its stamp.
 */
public final class Register {

    private static final Object UNSET = new Object();

    private final String name;
    private final Stamp stamp;
    private final Object value;

    private Register(String name, Stamp stamp, Object value) {
        this.name = name.intern();
        this.stamp = stamp;
        this.value = value;
    }

    /** @param value a JSON value, which must not be changed any more; null: set to nothing */
    static Register set(String name, Stamp stamp, Object value) {
        // As it would be read back, so that the read value equals the written one.
        boolean small = value instanceof Long number && number == number.intValue();
        return new Register(name, stamp, small ? (Object) ((Long) value).intValue() : value);
    }

    static Register unset(String name, Stamp stamp) {
        return new Register(name, stamp, UNSET);
    }

    public String name() {
        return name;
    }

    public Stamp stamp() {
        return stamp;
    }

    boolean isSet() {
        return value != UNSET;
    }

    /** Empty if unset or set to nothing. */
    Optional<Object> value() {
        return isSet() ? Optional.ofNullable(value) : Optional.empty();
    }

    /** The same field as set by another decision. */
    Register at(Stamp other) {
        return new Register(name, other, value);
    }

    /** Whether the content is the same; stamps may differ. */
    boolean says(Register other) {
        return name.equals(other.name) && Objects.equals(value, other.value);
    }

    /**
     * Whether this one counts over the other. Commands never give equal stamps to unequal values; if it
     * happens all the same, the text decides, so that all nodes decide alike.
     */
    boolean overrules(Register other) {
        int order = stamp.compareTo(other.stamp);
        return order > 0
                || order == 0 && !says(other) && toJson().encode().compareTo(other.toJson().encode()) > 0;
    }

    /** {@code [stamp]} if unset, else {@code [stamp, value]}. */
    JsonArray toJson() {
        JsonArray json = new JsonArray().add(stamp.toString());
        return isSet() ? json.add(value) : json;
    }

    /**
     * @param name perhaps from an earlier version
     * @throws IllegalArgumentException if it is not a register
     */
    static Register fromJson(String name, Object json) {
        if (json instanceof JsonArray array && array.size() > 0 && array.size() <= 2
                && array.getValue(0) instanceof String stamp) {
            return new Register(RenamedSettings.current(name), Stamp.parse(stamp),
                    array.size() == 1 ? UNSET : array.getValue(1));
        }
        throw new IllegalArgumentException("field " + name + ": " + json + " (expected: [stamp] or [stamp,"
                + " value])");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Register register && stamp.equals(register.stamp) && says(register);
    }

    @Override
    public int hashCode() {
        return Objects.hash(name, stamp);
    }

    @Override
    public String toString() {
        return name + "=" + toJson().encode();
    }
}
