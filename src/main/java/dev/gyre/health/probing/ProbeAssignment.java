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
 * @param connected the present nodes whose network is not broken, perhaps without this one
 */
record ProbeAssignment(String self, List<String> connected) {

    /** Two probers, so that one broken network does not take a backend out. */
    private static final int PROBERS = 2;

    static final ProbeAssignment NONE = new ProbeAssignment("", List.of());

    static ProbeAssignment of(String self, List<String> present, Set<String> isolated) {
        return new ProbeAssignment(self, present.stream().filter(node -> !isolated.contains(node)).toList());
    }

    /** The nodes whose votes count for a backend; the first with a vote decides. */
    List<String> probers(BackendId backend) {
        return Rendezvous.first(PROBERS, backend.toString(), connected);
    }

    /** An isolated node keeps probing its share; otherwise it would never notice that its network is back. */
    boolean isAssigned(BackendId backend) {
        if (connected.contains(self)) {
            return probers(backend).contains(self);
        }
        List<String> all = new ArrayList<>(connected);
        all.add(self);
        return Rendezvous.first(PROBERS, backend.toString(), all).contains(self);
    }
}
