package dev.gyre.cluster;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One membership and everything that runs on it. */
record Session(Membership membership, Replication replication, HeartbeatService heartbeats,
        PeerAdmission admission,
        NodeRpc calls, HealthBroadcast broadcast) {

    /** The possible senders of a message that none of these nodes has sent. */
    String suspects() {
        Set<String> known = new HashSet<>(Set.of(membership.id()));
        admission.peers().present().forEach(peer -> known.add(peer.heartbeat().node().member()));
        List<String> strangers = membership.strangers(known);
        return strangers.isEmpty() ? "a member that has left"
                : "a member that is no known node (" + String.join(", ", strangers) + ")";
    }

    /** Members beside this one that could be nodes of this cluster, so that one of them should be heard. */
    int others() {
        return Math.max(0, membership.others() - admission.otherSecrets().size());
    }
}
