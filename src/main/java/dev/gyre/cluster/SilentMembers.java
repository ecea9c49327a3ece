package dev.gyre.cluster;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Notices that another node is silent on the event bus although Hazelcast counts it as a member. After links
 * were cut in one direction a connection of the event bus can stay dead for good, while Hazelcast's own
 * recover; a new membership has new connections. Of two that do not hear each other one goes first, and the
 * other one waits for that. The time grows with each attempt.
 *
 * <p>A node is known by its address, as both may have joined again since they heard each other. A member from
 * whose address no heartbeat has ever come is a program on the event bus, which sends none.
 */
final class SilentMembers {

    /** Longer than the event bus takes to find a dead connection: 20 s to a ping, and 20 s for its reply. */
    static final long FIRST_NANOS = Duration.ofSeconds(45).toNanos();
    private static final long LAST_NANOS = Duration.ofMinutes(10).toNanos();

    /** How many addresses are remembered: nodes come and go for years. */
    private static final int MOST_KNOWN = 1_000;

    /** Their addresses, of all memberships. */
    private final Set<String> nodes = new LinkedHashSet<>();
    private final Map<String, Long> silentSince = new HashMap<>();
    private String membership = "";
    private long patience = FIRST_NANOS;

    /**
     * Called periodically; the member because of which this node must join again.
     *
     * @param self    this membership's id on the event bus
     * @param members the other members' addresses by their ids, as Hazelcast counts them
     * @param present of these, the ones with a heartbeat
     */
    Optional<String> found(String self, Map<String, String> members, Set<String> present, long nowNanos) {
        if (!self.equals(membership)) {
            membership = self;
            silentSince.clear();
        }
        present.stream().map(members::get).filter(Objects::nonNull).forEach(this::know);
        Set<String> silent = members.keySet().stream().filter(member -> !present.contains(member)
                && nodes.contains(members.get(member))).collect(Collectors.toSet());
        silentSince.keySet().retainAll(silent);
        silent.forEach(member -> silentSince.putIfAbsent(member, nowNanos));
        if (!members.isEmpty() && present.containsAll(members.keySet())) {
            patience = FIRST_NANOS;
        }
        Optional<String> found = silentSince.entrySet().stream()
                .filter(one -> nowNanos - one.getValue() >= patience(self, one.getKey()))
                .map(Map.Entry::getKey).findFirst();
        if (found.isPresent()) {
            patience = Math.min(2 * patience, LAST_NANOS);
        }
        return found;
    }

    private void know(String address) {
        if (nodes.size() >= MOST_KNOWN && !nodes.contains(address)) {
            nodes.remove(nodes.iterator().next());
        }
        nodes.add(address);
    }

    private long patience(String self, String member) {
        return self.compareTo(member) > 0 ? patience : 2 * patience;
    }
}
