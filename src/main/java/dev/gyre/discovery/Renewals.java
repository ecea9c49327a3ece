package dev.gyre.discovery;

import dev.gyre.model.BackendId;
import dev.gyre.registry.AnnouncedBackend;
import dev.gyre.registry.Stamp;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * When each announced backend last renewed its announcement, at any node, as far as this node knows. An
 * announcement expires when it is not renewed for its ttl and about two seconds more, in which a renewal at
 * another node may be on its way. Two rules keep a node from expiring a backend whose renewals it merely
 * could not receive:
 *
 * <ul>
 * <li>Time in which this process stood still, or did not run at all, does not count: every backend has its
 * whole ttl from the moment this node first knows of it.
 * <li>Every node that was there at the last renewal must have been heard since the ttl was over; otherwise,
 * as in a partition, that node may hold a renewal this one cannot see, and the backend has three times its
 * ttl. So a node cut off from the others goes on to serve, and ends after one ttl only the backends that have
 * renewed at itself since it was cut off and then ceased. A clustered node that has heard nobody since its
 * start, neither another node nor the backend, waits three times the ttl as well.
 * </ul>
 *
 * Pure: every event comes as a call, with the time. Not thread-safe.
 */
final class Renewals {

    /** A longer step of the clock means that nothing was received for the rest of it. */
    private static final long LONGEST_STEP = Duration.ofSeconds(2).toNanos();
    /** Nodes share renewals every second; each is sent twice, because a message may be lost. */
    private static final long TOLD_FOR = Duration.ofMillis(2_500).toNanos();
    private static final long UNDER_WAY = Duration.ofMillis(1_500).toNanos();
    private static final int PATIENCE = 3;
    /** Time for the requests in flight of an ending backend, or its ttl if that is longer. */
    static final Duration LEAST_DRAIN = Duration.ofSeconds(30);

    private final Map<BackendId, Renewal> renewals = new HashMap<>();
    /** Renewals at this node, and when; each step drops the old ones. */
    private final Map<BackendId, Long> own = new HashMap<>();
    private final Map<String, Node> nodes = new TreeMap<>();
    private boolean clustered;
    private long clock;
    /** Nanoseconds in which this process ran. */
    private long awake;

    /**
     * @param entry of the announcement; a later one counts as a renewal
     * @param heard a renewal was received, not only the announcement
     */
    private record Renewal(Stamp entry, long last, boolean heard) { }

    /**
     * Another node.
     *
     * @param heard time of the last heartbeat
     * @param gone  since when it no longer counts as present
     */
    private record Node(long heard, Optional<Long> gone) { }

    /** @param nanos of a clock that only goes forward */
    Renewals(long nanos) {
        clock = nanos;
    }

    private long time(long nanos) {
        return awake + Math.min(Math.max(0, nanos - clock), LONGEST_STEP);
    }

    /** A backend has renewed its announcement at this node. */
    void renewed(BackendId id, long nanos) {
        long now = time(nanos);
        own.put(id, now);
        later(id, now);
    }

    /** Backends have renewed at another node, so long ago. */
    void heard(Map<BackendId, Duration> elsewhere, long nanos) {
        long now = time(nanos);
        elsewhere.forEach((id, age) -> later(id, now - Math.max(0, age.toNanos())));
    }

    /** A backend not yet known as announced gets its whole ttl when it is. */
    private void later(BackendId id, long at) {
        renewals.computeIfPresent(id, (same, before) ->
                new Renewal(before.entry, Math.max(before.last, at), true));
    }

    /** For the other nodes: the backends that recently renewed here, and how long ago. */
    Map<BackendId, Duration> recent(long nanos) {
        long now = time(nanos);
        Map<BackendId, Duration> recent = new HashMap<>();
        own.forEach((id, at) -> {
            if (now - at <= TOLD_FOR) {
                recent.put(id, Duration.ofNanos(now - at));
            }
        });
        return recent;
    }

    /**
     * Time has passed.
     *
     * @param announced the announcements in the registry
     * @param others    the ids of the other present nodes, and the time since the last heartbeat of each
     */
    void step(long nanos, Collection<AnnouncedBackend> announced, boolean clustered,
            Map<String, Duration> others) {
        awake = time(nanos);
        clock = nanos;
        this.clustered = clustered;
        own.values().removeIf(at -> awake - at > TOLD_FOR);
        Map<BackendId, Renewal> before = new HashMap<>(renewals);
        renewals.clear();
        for (AnnouncedBackend one : announced) {
            Renewal known = before.get(one.id());
            boolean same = known != null && known.entry.equals(one.stamp());
            renewals.put(one.id(), same ? known
                    : new Renewal(one.stamp(), awake, own.containsKey(one.id())
                            || known != null && known.heard));
        }
        nodes.replaceAll((id, node) -> others.containsKey(id) || node.gone.isPresent() ? node
                : new Node(node.heard, Optional.of(awake)));
        others.forEach((id, ago) -> nodes.put(id, new Node(awake - ago.toNanos(), Optional.empty())));
        long oldest = renewals.values().stream().mapToLong(Renewal::last).min().orElse(awake);
        nodes.values().removeIf(node -> node.gone.filter(at -> at < oldest).isPresent());
    }

    /** Those of them that have expired, as of the last step. */
    List<AnnouncedBackend> due(Collection<AnnouncedBackend> announced) {
        return announced.stream().filter(one -> one.ending().isEmpty() && renewals.containsKey(one.id()))
                .filter(one -> isDue(renewals.get(one.id()), one.ttl().toNanos())).toList();
    }

    private boolean isDue(Renewal renewal, long ttl) {
        long silent = awake - renewal.last - UNDER_WAY;
        return silent >= PATIENCE * ttl || silent >= ttl && !mayHaveMissed(renewal, ttl);
    }

    /** An ending backend has used up its time, even with requests in flight. */
    boolean isOverdue(AnnouncedBackend ending) {
        Renewal began = renewals.get(ending.id());
        return began != null
                && awake - began.last >= Math.max(ending.ttl().toNanos(), LEAST_DRAIN.toNanos());
    }

    private boolean mayHaveMissed(Renewal renewal, long ttl) {
        if (clustered && !renewal.heard && nodes.isEmpty()) {
            return true;
        }
        return nodes.values().stream()
                .filter(node -> node.gone.isEmpty() || node.gone.get() >= renewal.last)
                .anyMatch(node -> node.heard < renewal.last + ttl);
    }
}
