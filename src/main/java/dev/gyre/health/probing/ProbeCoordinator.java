package dev.gyre.health.probing;

import dev.gyre.health.probing.NetworkIsolation.Seen;
import dev.gyre.model.BackendId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes that share the probing: which are present, which are isolated, and which votes this node has not
 * sent yet. Used on one event loop only, except {@link #isolated}.
 */
final class ProbeCoordinator {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.health");
    /** Gossip is sent this often even without news, so that the others know an isolated node. */
    private static final long REPEAT_NANOS = 1_000_000_000L;
    /** After this time without gossip a node no longer counts as isolated. */
    private static final long ISOLATED_NANOS = 5_000_000_000L;
    private static final int VOTES_A_MESSAGE = 500;

    private final ProbePeers peers;
    private final Timing timing;
    private final Map<String, Long> othersIsolated = new HashMap<>();
    private final Set<BackendId> unsent = new HashSet<>();
    private List<String> present = List.of();
    private boolean selfIsolated;
    private ProbeAssignment assignment = ProbeAssignment.NONE;
    private volatile List<String> isolated = List.of();
    private long lastSent;

    ProbeCoordinator(ProbePeers peers, Timing timing) {
        this.peers = peers;
        this.timing = timing;
        this.lastSent = timing.nanos().getAsLong();
    }

    String self() {
        return peers.self();
    }

    ProbeAssignment assignment() {
        return assignment;
    }

    List<String> isolated() {
        return isolated;
    }

    void receive(HealthGossip gossip) {
        if (gossip.isolated()) {
            othersIsolated.put(gossip.node(), timing.nanos().getAsLong());
        } else {
            othersIsolated.remove(gossip.node());
        }
    }

    /** Updates the present nodes; false while they are unknown. */
    boolean refresh(Collection<ProbedBackend> probed) {
        List<String> now = peers.present();
        if (now.isEmpty()) {
            return false;
        }
        if (!present.containsAll(now)) {
            // A node that has just joined knows no votes yet.
            probed.stream().filter(backend -> backend.own.isPresent())
                    .forEach(backend -> unsent.add(backend.id));
        }
        present = now;
        othersIsolated.values().removeIf(heard -> timing.nanos().getAsLong() - heard > ISOLATED_NANOS);
        checkIsolation(probed);
        Set<String> allIsolated = new HashSet<>(othersIsolated.keySet());
        if (selfIsolated) {
            allIsolated.add(self());
        }
        isolated = allIsolated.stream().filter(present::contains).sorted().toList();
        assignment = ProbeAssignment.of(self(), present, allIsolated);
        return true;
    }

    /** Whether this node is isolated from its backends. */
    private void checkIsolation(Collection<ProbedBackend> probed) {
        long now = timing.nanos().getAsLong();
        List<Seen> seen = new ArrayList<>();
        for (ProbedBackend backend : probed) {
            backend.own.filter(Thresholds::known).ifPresent(own -> seen.add(new Seen(own.up(),
                    backend.voteSet.othersReportUp(self(), now, backend.validity()))));
        }
        boolean before = selfIsolated;
        selfIsolated = NetworkIsolation.isolated(seen);
        if (selfIsolated && !before) {
            LOG.error("node isolated probed={} up=0 up_for_others={}: the probes of this node do not count"
                    + " until one passes; check its network", seen.size(),
                            NetworkIsolation.upForOthers(seen));
        } else if (before && !selfIsolated) {
            LOG.info("node no longer isolated: its probes count again");
            probed.stream().filter(backend -> backend.own.isPresent())
                    .forEach(backend -> unsent.add(backend.id));
        }
    }

    /** The vote on this backend has changed. */
    void changed(BackendId backend) {
        unsent.add(backend);
    }

    /** Sends changed votes to the others, and from time to time an empty message. */
    void broadcast(Map<BackendId, ProbedBackend> probed) {
        long now = timing.nanos().getAsLong();
        if (present.size() < 2 || probed.isEmpty() || unsent.isEmpty() && now - lastSent < REPEAT_NANOS) {
            return;
        }
        lastSent = now;
        Map<BackendId, Vote> votes = new HashMap<>();
        for (BackendId id : unsent) {
            Optional.ofNullable(probed.get(id)).filter(backend -> !selfIsolated)
                    .flatMap(backend -> backend.voteSet.of(self())).ifPresent(vote -> votes.put(id, vote));
            if (votes.size() == VOTES_A_MESSAGE) {
                send(votes);
                votes.clear();
            }
        }
        unsent.clear();
        send(votes);
    }

    private void send(Map<BackendId, Vote> votes) {
        peers.broadcast(new HealthGossip(self(), selfIsolated, timing.wall().instant(), Map.copyOf(votes))
                .toJson());
    }
}
