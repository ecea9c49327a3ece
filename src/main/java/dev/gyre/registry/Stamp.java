package dev.gyre.registry;

import java.util.HexFormat;

/**
 * When and where a field was written: a hybrid logical clock (Kulkarni et al., "Logical Physical Clocks",
 * 2014). The order is total: wall time, then counter, then node.
 *
 * <p>Clocks give every fourth counter only. An automatic consequence of a decision, such as the end of a
 * drain's ttl, gets the stamp {@linkplain #followUp right above it}: the same on every node, and below every
 * later decision.
 *
 * @param wall    milliseconds since 1970
 * @param counter tells changes of the same millisecond apart, 0..65535
 * @param node    the writing node's id, compared as unsigned
 */
public record Stamp(long wall, int counter, long node) implements Comparable<Stamp> {

    public static final Stamp ZERO = new Stamp(0, 0, 0);

    static final int MAX_COUNTER = 0xffff;
    /** Most automatic consequences of a decision. */
    private static final int FOLLOW_UPS = 3;
    private static final int WALL_DIGITS = 12;
    private static final int COUNTER_DIGITS = 4;
    private static final int NODE_DIGITS = 16;
    private static final long MAX_WALL = (1L << 4 * WALL_DIGITS) - 1;

    public Stamp {
        if (wall < 0 || wall > MAX_WALL) {
            throw new IllegalArgumentException("wall: " + wall + " (expected: 0.." + MAX_WALL + ")");
        }
        if (counter < 0 || counter > MAX_COUNTER) {
            throw new IllegalArgumentException("counter: " + counter + " (expected: 0.." + MAX_COUNTER + ")");
        }
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if the text is not a stamp
     */
    public static Stamp parse(String text) {
        String[] parts = text.split("-", -1);
        if (parts.length != 3 || parts[0].length() != WALL_DIGITS || parts[1].length() != COUNTER_DIGITS
                || parts[2].length() != NODE_DIGITS) {
            throw new IllegalArgumentException("\"" + text + "\" is no stamp");
        }
        return new Stamp(Long.parseLong(parts[0], 16), Integer.parseInt(parts[1], 16),
                Long.parseUnsignedLong(parts[2], 16));
    }

    /** Below every stamp that a clock gives: for declarations of a node that does not know the others yet. */
    static Stamp first(long node) {
        return new Stamp(0, 0, node);
    }

    /** The smallest stamp of a decision of the given node that is above this one, of any node. */
    Stamp next(long by) {
        int decision = (counter | FOLLOW_UPS) + 1;
        return decision > MAX_COUNTER ? new Stamp(wall + 1, 0, by) : new Stamp(wall, decision, by);
    }

    /** Right above this one and below every later decision; the same on every node. */
    Stamp followUp() {
        return new Stamp(wall, Math.min(MAX_COUNTER, counter + 1), node);
    }

    @Override
    public int compareTo(Stamp other) {
        int byWall = Long.compare(wall, other.wall);
        if (byWall != 0) {
            return byWall;
        }
        int byCounter = Integer.compare(counter, other.counter);
        return byCounter != 0 ? byCounter : Long.compareUnsigned(node, other.node);
    }

    /** Hexadecimal digits of fixed width, so that texts sort as the stamps do. */
    @Override
    public String toString() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(wall, WALL_DIGITS) + "-" + hex.toHexDigits(counter, COUNTER_DIGITS) + "-"
                + hex.toHexDigits(node, NODE_DIGITS);
    }
}
