package dev.gyre.balancing;

/**
 * Takes the next in rotation that is acceptable. What one cannot take is shared among the others by their
 * weights, instead of going to its neighbour.
 */
final class FirstAcceptable implements Selector {

    /** Turns to take before looking through the whole list: enough unless nearly nobody is acceptable. */
    private static final int PICKS = 8;

    private final Rotation rotation;
    private final int size;

    FirstAcceptable(Rotation rotation, int size) {
        this.rotation = rotation;
        this.size = size;
    }

    @Override
    public int pick(Candidates candidates, long key) {
        int index = rotation.next();
        return candidates.accepts(index) ? index : another(candidates, index);
    }

    private int another(Candidates candidates, int refused) {
        int last = refused;
        for (int i = 1; i < PICKS && i < size; i++) {
            last = rotation.next();
            if (candidates.accepts(last)) {
                return last;
            }
        }
        for (int i = 1; i <= size; i++) {
            int index = (last + i) % size;
            if (candidates.accepts(index)) {
                return index;
            }
        }
        return NONE;
    }
}
