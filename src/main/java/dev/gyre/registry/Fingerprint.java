package dev.gyre.registry;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What a set of entries comes down to, kept up to date as entries come and go instead of being computed from
 * all of them each time it is asked for.
 *
 * @param highest stamp among them, {@link Stamp#ZERO} when there is none
 * @param sum     of a 64-bit hash of each key and stamp, and so the same in whatever order they came
 */
record Fingerprint(Stamp highest, long sum) {

    static final Fingerprint NONE = new Fingerprint(Stamp.ZERO, 0);

    Fingerprint with(Entry entry) {
        Stamp stamp = entry.stamp();
        return new Fingerprint(stamp.compareTo(highest) > 0 ? stamp : highest, sum + hash(entry));
    }

    /** Without one that made way for a later one, so that the highest stamp stays. */
    Fingerprint without(Entry entry) {
        return new Fingerprint(highest, sum - hash(entry));
    }

    /** The start of a SHA-256: sums of simpler, linear hashes are equal too often. */
    private static long hash(Entry entry) {
        try {
            byte[] sha = MessageDigest.getInstance("SHA-256").digest(
                    (entry.key() + " " + entry.stamp()).getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(sha).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
