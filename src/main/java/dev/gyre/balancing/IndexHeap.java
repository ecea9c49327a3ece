package dev.gyre.balancing;

/** A binary min-heap of indices by key; allocates nothing after construction. */
final class IndexHeap {

    private final int[] indices;
    private final long[] keys;
    private int size;
    private long steps;

    IndexHeap(int capacity) {
        indices = new int[capacity];
        keys = new long[capacity];
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** The least key; the heap must not be empty. */
    long leastKey() {
        return keys[0];
    }

    void add(int index, long key) {
        int place = size++;
        while (place > 0 && key < keys[(place - 1) >>> 1]) {
            int parent = (place - 1) >>> 1;
            move(parent, place);
            place = parent;
        }
        put(place, index, key);
    }

    /** Takes out an index with the least key; the heap must not be empty. */
    int poll() {
        int least = indices[0];
        int index = indices[--size];
        long key = keys[size];
        int place = 0;
        int child = 1;
        while (child < size) {
            if (child + 1 < size && keys[child + 1] < keys[child]) {
                child++;
            }
            if (key <= keys[child]) {
                break;
            }
            move(child, place);
            place = child;
            child = 2 * place + 1;
        }
        put(place, index, key);
        return least;
    }

    /** Elements written since construction: what the heap has cost so far, told without a clock. */
    long steps() {
        return steps;
    }

    private void move(int from, int to) {
        put(to, indices[from], keys[from]);
    }

    private void put(int place, int index, long key) {
        steps++;
        indices[place] = index;
        keys[place] = key;
    }
}
