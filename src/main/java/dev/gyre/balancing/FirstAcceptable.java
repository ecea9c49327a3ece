package dev.gyre.balancing;

/**
 * Takes whose turn it is, or, when that one cannot be taken, who comes next. What one cannot take is so
 * shared among the others by their weights, instead of falling to its neighbour.
 */
final class FirstAcceptable implements Selector {

    /** Turns to take before looking through the whole list: enough unless nearly nobody is acceptable. */
    private static final int TURNS = 8;

    private final Rotation turns;
    private final int size;

    FirstAcceptable(Rotation turns, int size) {
        this.turns = turns;
        this.size = size;
    }

    @Override
    public int pick(Candidates candidates, long key) {
        int index = turns.next();
        return candidates.accepts(index) ? index : another(candidates, index);
    }

    private int another(Candidates candidates, int refused) {
        int last = refused;
        for (int i = 1; i < TURNS && i < size; i++) {
            last = turns.next();
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
