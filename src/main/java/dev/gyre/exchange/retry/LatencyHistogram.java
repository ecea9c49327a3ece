package dev.gyre.exchange.retry;

/**
 * How long answers take to begin, of late: a histogram whose past fades. One event loop's own.
 */
final class LatencyHistogram {

    /*
     * Buckets grow by a sixteenth of a power of two, so a quantile is right to 6 %. Each time that 2,048
     * answers have been counted all counts are halved: what is older than some thousand answers is forgotten
     * at any rate of requests.
     */

    private static final int SUB_BITS = 4;
    private static final int SUB = 1 << SUB_BITS;
    private static final int BUCKETS = (64 - SUB_BITS) * SUB;
    private static final int HALVE_AT = 2048;
    /** So few answers say nothing about the slowest twentieth. */
    private static final int ENOUGH = 100;
    private static final int FRESH_FOR = 64;

    private int[] counts = new int[0];
    private int total;
    private int sinceComputed = FRESH_FOR;
    private long p95 = Long.MAX_VALUE;

    void add(long nanos) {
        if (total == 0) {
            // Few services hedge by it.
            counts = new int[BUCKETS];
        }
        counts[bucket(Math.max(0, nanos))]++;
        sinceComputed++;
        if (++total >= HALVE_AT) {
            total = 0;
            for (int i = 0; i < BUCKETS; i++) {
                counts[i] >>= 1;
                total += counts[i];
            }
        }
    }

    /** In nanoseconds; {@link Long#MAX_VALUE} while too few answers are known. */
    long p95() {
        if (total >= ENOUGH && sinceComputed >= FRESH_FOR) {
            sinceComputed = 0;
            int above = total / 20;
            int bucket = BUCKETS - 1;
            for (int seen = counts[bucket]; seen <= above; seen += counts[bucket]) {
                bucket--;
            }
            p95 = upperEnd(bucket);
        }
        return p95;
    }

    private static int bucket(long nanos) {
        int exponent = 63 - Long.numberOfLeadingZeros(nanos | SUB);
        return (exponent - SUB_BITS) * SUB + (int) (nanos >>> (exponent - SUB_BITS));
    }

    private static long upperEnd(int bucket) {
        if (bucket < SUB) {
            return bucket + 1;
        }
        int shift = bucket / SUB - 1;
        return (bucket % SUB + SUB + 1L) << shift;
    }
}
