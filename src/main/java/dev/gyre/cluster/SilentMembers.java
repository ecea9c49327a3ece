package dev.gyre.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Notices that another member, heard in this membership before, has gone silent on the event bus although
 * Hazelcast still counts it as a member. After links were cut in one direction a connection of the event bus
 * can stay dead for good, while Hazelcast's own recover; a new membership has new connections. Of two that do
 * not hear each other one goes first, and the other one waits for that. The time grows with each attempt.
 */
final class SilentMembers {

    /** Longer than the event bus takes to find a dead connection: 20 s to a ping, and 20 s for its reply. */
    static final long FIRST_NANOS = Duration.ofSeconds(45).toNanos();
    private static final long LAST_NANOS = Duration.ofMinutes(10).toNanos();

    private final Set<String> heard = new HashSet<>();
    private final Map<String, Long> silentSince = new HashMap<>();
    private String membership = "";
    private long patience = FIRST_NANOS;

    /**
     * Called periodically; the member because of which this node must join again.
     *
     * @param self    this membership's id on the event bus
     * @param members the other members' ids, as Hazelcast counts them
     * @param present of these, the ones with a heartbeat
     */
    Optional<String> found(String self, Set<String> members, Set<String> present, long nowNanos) {
        if (!self.equals(membership)) {
            membership = self;
            heard.clear();
            silentSince.clear();
        }
        heard.addAll(present);
        heard.retainAll(members);
        silentSince.keySet().retainAll(heard);
        silentSince.keySet().removeAll(present);
        heard.stream().filter(member -> !present.contains(member))
                .forEach(member -> silentSince.putIfAbsent(member, nowNanos));
        if (!members.isEmpty() && present.containsAll(members)) {
            patience = FIRST_NANOS;
        }
        Optional<String> found = silentSince.entrySet().stream()
                .filter(silent -> nowNanos - silent.getValue() >= patience(self, silent.getKey()))
                .map(Map.Entry::getKey).findFirst();
        if (found.isPresent()) {
            patience = Math.min(2 * patience, LAST_NANOS);
        }
        return found;
    }

    private long patience(String self, String member) {
        return self.compareTo(member) > 0 ? patience : 2 * patience;
    }
}
