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
 * The nodes that share the probing: who is there, whose eyes can be trusted, and what this one has still to
 * tell the others. Used on one event loop only, but for {@link #blind}.
 */
final class ProbeCoordinator {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.health");
    /** Told so often even without news, so that a node that is blind is known to be. */
    private static final long REPEAT_NANOS = 1_000_000_000L;
    /** A node not heard for so long is not known to be blind any more. */
    private static final long BLIND_NANOS = 5_000_000_000L;
    private static final int VOTES_A_MESSAGE = 500;

    private final ProbePeers colleagues;
    private final Timing timing;
    private final Map<String, Long> othersBlind = new HashMap<>();
    private final Set<BackendId> news = new HashSet<>();
    private List<String> present = List.of();
    private boolean blindSelf;
    private ProbeAssignment electorate = ProbeAssignment.NOBODY;
    private volatile List<String> blind = List.of();
    private long told;

    ProbeCoordinator(ProbePeers colleagues, Timing timing) {
        this.colleagues = colleagues;
        this.timing = timing;
        this.told = timing.nanos().getAsLong();
    }

    String self() {
        return colleagues.self();
    }

    ProbeAssignment electorate() {
        return electorate;
    }

    List<String> blind() {
        return blind;
    }

    void heard(HealthGossip tidings) {
        if (tidings.blind()) {
            othersBlind.put(tidings.node(), timing.nanos().getAsLong());
        } else {
            othersBlind.remove(tidings.node());
        }
    }

    /** Looks who is there; false while that is not known. */
    boolean gather(Collection<ProbedBackend> probed) {
        List<String> now = colleagues.present();
        if (now.isEmpty()) {
            return false;
        }
        if (!present.containsAll(now)) {
            // Who has just come knows nothing yet.
            probed.stream().filter(backend -> backend.own.isPresent())
                    .forEach(backend -> news.add(backend.id));
        }
        present = now;
        othersBlind.values().removeIf(heard -> timing.nanos().getAsLong() - heard > BLIND_NANOS);
        look(probed);
        Set<String> allBlind = new HashSet<>(othersBlind.keySet());
        if (blindSelf) {
            allBlind.add(self());
        }
        blind = allBlind.stream().filter(present::contains).sorted().toList();
        electorate = ProbeAssignment.of(self(), present, allBlind);
        return true;
    }

    /** Whether this node can trust its own eyes. */
    private void look(Collection<ProbedBackend> probed) {
        long now = timing.nanos().getAsLong();
        List<Seen> seen = new ArrayList<>();
        for (ProbedBackend backend : probed) {
            backend.own.filter(Thresholds::known).ifPresent(own -> seen.add(new Seen(own.up(),
                    backend.ballot.othersSeeItUp(self(), now, backend.validity()))));
        }
        boolean before = blindSelf;
        blindSelf = NetworkIsolation.blind(seen);
        if (blindSelf && !before) {
            LOG.error("this node's own network looks broken: all {} backends it probes are down for it, {} of"
                    + " them up for other nodes; its probes do not count until one passes", seen.size(),
                    NetworkIsolation.upForOthers(seen));
        } else if (before && !blindSelf) {
            LOG.info("this node's network looks sound again: its probes count as before");
            probed.stream().filter(backend -> backend.own.isPresent())
                    .forEach(backend -> news.add(backend.id));
        }
    }

    /** There is something new to tell of this backend. */
    void news(BackendId backend) {
        news.add(backend);
    }

    /** Tells the others what is new, and from time to time that nothing is. */
    void tell(Map<BackendId, ProbedBackend> probed) {
        long now = timing.nanos().getAsLong();
        if (present.size() < 2 || probed.isEmpty() || news.isEmpty() && now - told < REPEAT_NANOS) {
            return;
        }
        told = now;
        Map<BackendId, Vote> votes = new HashMap<>();
        for (BackendId id : news) {
            Optional.ofNullable(probed.get(id)).filter(backend -> !blindSelf)
                    .flatMap(backend -> backend.ballot.of(self())).ifPresent(vote -> votes.put(id, vote));
            if (votes.size() == VOTES_A_MESSAGE) {
                send(votes);
                votes.clear();
            }
        }
        news.clear();
        send(votes);
    }

    private void send(Map<BackendId, Vote> votes) {
        colleagues.tell(new HealthGossip(self(), blindSelf, timing.wall().instant(), Map.copyOf(votes))
                .toJson());
    }
}
