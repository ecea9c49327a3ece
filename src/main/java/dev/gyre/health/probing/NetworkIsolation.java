package dev.gyre.health.probing;

import java.util.Collection;
import java.util.Optional;

/** Whether it is this node's own network that is broken, and not the backends. */
final class NetworkIsolation {

    /** Of a single backend that only one of two nodes reaches, nobody can say whose network is broken. */
    private static final int LEAST = 2;

    private NetworkIsolation() {
    }

    /**
     * One backend that this node probes.
     *
     * @param up     in this node's opinion
     * @param others in that of the other nodes; empty when none speaks
     */
    record Seen(boolean up, Optional<Boolean> others) {
    }

    /** It sees all down, and others see more than half of these up, as far as they speak. */
    static boolean blind(Collection<Seen> seen) {
        long judgedByOthers = seen.stream().filter(one -> one.others().isPresent()).count();
        return seen.size() >= LEAST && seen.stream().noneMatch(Seen::up)
                && 2 * upForOthers(seen) > judgedByOthers;
    }

    static long upForOthers(Collection<Seen> seen) {
        return seen.stream().filter(one -> one.others().orElse(false)).count();
    }
}
