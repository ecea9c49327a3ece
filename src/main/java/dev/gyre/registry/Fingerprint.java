package dev.gyre.registry;

/**
 * A checksum of a set of entries, updated with each change instead of being computed from all entries each
 * time. The entries are spread over buckets by their keys, so that two nodes find their differences with a
 * few hundred numbers.
 */
final class Fingerprint {

    static final Fingerprint NONE = new Fingerprint(Stamp.ZERO, new long[Entry.BUCKETS], 0);

    private final Stamp highest;
    /** The sum of the entries' hashes in each bucket, independent of the order of changes. */
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

        /** Tombstones are not in the sums: one node may remember a removal longer than another. */
        void add(Entry entry) {
            if (entry.stamp().compareTo(highest) > 0) {
                highest = entry.stamp();
            }
            size++;
            if (!entry.tombstone()) {
                sums[entry.bucket()] += entry.hash();
            }
        }

        /** An entry that a later one replaced, so the highest stamp stays. */
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
