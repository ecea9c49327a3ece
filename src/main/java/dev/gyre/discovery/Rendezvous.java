package dev.gyre.discovery;

import dev.gyre.model.BackendId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;

/**
 * Which node is responsible for a backend: the one whose id, hashed with the backend's, is the greatest
 * (Thaler and Ravishankar, "A Name-Based Mapping Scheme for Rendezvous", 1996). All that know the same nodes
 * say the same, and when a node goes only what was its own goes to others.
 */
final class Rendezvous {

    private Rendezvous() {
    }

    /** @param nodes ids; at least one */
    static String responsible(BackendId backend, Collection<String> nodes) {
        return nodes.stream().max(Comparator.comparingLong((String node) -> hash(backend, node))
                .thenComparing(Comparator.naturalOrder())).orElseThrow();
    }

    private static long hash(BackendId backend, String node) {
        try {
            byte[] sha = MessageDigest.getInstance("SHA-256")
                    .digest((backend + " " + node).getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(sha).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
