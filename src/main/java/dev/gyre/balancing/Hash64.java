package dev.gyre.balancing;

/**
 * Hashes of 64 bits, equal on every node and in every version: FNV-1a, and the finalizer of MurmurHash3,
 * which makes every bit of the result depend on every bit of the input.
 */
public final class Hash64 {

    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;
    /** 2^64 divided by the golden ratio: steps of it spread evenly. */
    private static final long GOLDEN = 0x9e3779b97f4a7c15L;

    private Hash64() {
    }

    public static long of(CharSequence text) {
        return of(text, 0, text.length());
    }

    /** Of a part of a text. */
    public static long of(CharSequence text, int from, int to) {
        long hash = FNV_OFFSET;
        for (int i = from; i < to; i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return mix(hash);
    }

    /** Another hash for each number. */
    static long of(long hash, int number) {
        return mix(hash + number * GOLDEN);
    }

    private static long mix(long bits) {
        long hash = (bits ^ bits >>> 33) * 0xff51afd7ed558ccdL;
        hash = (hash ^ hash >>> 33) * 0xc4ceb9fe1a85ec53L;
        return hash ^ hash >>> 33;
    }
}
