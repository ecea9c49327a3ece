package dev.gyre.health.probing;

import dev.gyre.balancing.Rendezvous;
import dev.gyre.model.BackendId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which nodes probe what, and whose votes count.
 *
 * @param self    this node's id
 * @param sighted the nodes that are there and whose network is not broken, this one among them or not
 */
record ProbeAssignment(String self, List<String> sighted) {

    /** Two, so that one node's broken network is not taken for a broken backend. */
    private static final int PROBERS = 2;

    static final ProbeAssignment NOBODY = new ProbeAssignment("", List.of());

    static ProbeAssignment of(String self, List<String> present, Set<String> blind) {
        return new ProbeAssignment(self, present.stream().filter(node -> !blind.contains(node)).toList());
    }

    /** Whose votes count for a backend; the first of them that speaks judges. */
    List<String> probers(BackendId backend) {
        return Rendezvous.first(PROBERS, backend.toString(), sighted);
    }

    /** A blind node goes on probing its share, or it would never find out that it sees again. */
    boolean isMine(BackendId backend) {
        if (sighted.contains(self)) {
            return probers(backend).contains(self);
        }
        List<String> all = new ArrayList<>(sighted);
        all.add(self);
        return Rendezvous.first(PROBERS, backend.toString(), all).contains(self);
    }
}
