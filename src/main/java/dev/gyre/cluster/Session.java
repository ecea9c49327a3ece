package dev.gyre.cluster;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One membership and all that runs on it. */
record Session(Membership membership, Replication replication, Presence presence, NodeCalls calls,
               Broadcast broadcast) {

    /** Who may have sent what none of these nodes has. */
    String suspects(Peers peers) {
        Set<String> known = new HashSet<>(Set.of(membership.id()));
        peers.present().forEach(peer -> known.add(peer.hello().member()));
        List<String> strangers = membership.strangers(known);
        return strangers.isEmpty() ? "a member that has left"
                : "a member that is no known node (" + String.join(", ", strangers) + ")";
    }
}
