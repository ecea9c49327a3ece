package dev.gyre.registry;

/**
 * What a set of entries comes down to, kept up to date as entries come and go instead of being computed from
 * all of them each time it is asked for. The entries are spread over buckets by their keys, so that two nodes
 * that differ find out where with a few hundred numbers.
 */
final class Fingerprint {

    static final Fingerprint NONE = new Fingerprint(Stamp.ZERO, new long[Entry.BUCKETS], 0);

    private final Stamp highest;
    /** Of each bucket the sum of its entries' hashes, and so the same in whatever order they came. */
    private final long[] sums;
    private final int size;

    private Fingerprint(Stamp highest, long[] sums, int size) {
        this.highest = highest;
        this.sums = sums;
        this.size = size;
    }

    /** Follows several changes with one copy of the sums. */
    static final class Following {

        private Stamp highest;
        private final long[] sums;
        private int size;

        private Following(Fingerprint from) {
            highest = from.highest;
            sums = from.sums.clone();
            size = from.size;
        }

        /** Tombstones have no part in the sums: a node may remember a removal longer than another. */
        void add(Entry entry) {
            if (entry.stamp().compareTo(highest) > 0) {
                highest = entry.stamp();
            }
            size++;
            if (!entry.tombstone()) {
                sums[entry.bucket()] += entry.hash();
            }
        }

        /** One that made way for a later one, so that the highest stamp stays. */
        void remove(Entry entry) {
            size--;
            if (!entry.tombstone()) {
                sums[entry.bucket()] -= entry.hash();
            }
        }

        Fingerprint done() {
            return new Fingerprint(highest, sums, size);
        }
    }

    Following follow() {
        return new Following(this);
    }

    Stamp highest() {
        return highest;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long sum() {
        long sum = 0;
        for (long bucket : sums) {
            sum += bucket;
        }
        return sum;
    }

    long sum(int bucket) {
        return sums[bucket];
    }
}
