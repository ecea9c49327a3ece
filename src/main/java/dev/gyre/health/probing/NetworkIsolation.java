package dev.gyre.health.probing;

import java.util.Collection;
import java.util.Optional;

/** Distinguishes a broken network of this node from broken backends. */
final class NetworkIsolation {

    /** With one backend that only one of two nodes reaches, either network may be broken. */
    private static final int LEAST = 2;

    private NetworkIsolation() {
    }

    /**
     * One backend that this node probes.
     *
     * @param up     by this node's vote
     * @param others by the votes of the other nodes; empty without votes
     */
    record Seen(boolean up, Optional<Boolean> others) {
    }

    /** This node sees all down, and the others see more than half of those they vote on up. */
    static boolean isolated(Collection<Seen> seen) {
        long judgedByOthers = seen.stream().filter(one -> one.others().isPresent()).count();
        return seen.size() >= LEAST && seen.stream().noneMatch(Seen::up)
                && 2 * upForOthers(seen) > judgedByOthers;
    }

    static long upForOthers(Collection<Seen> seen) {
        return seen.stream().filter(one -> one.others().orElse(false)).count();
    }
}
