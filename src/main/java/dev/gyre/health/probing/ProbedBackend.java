package dev.gyre.health.probing;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.Condition;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.ProbeCount;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** This node's knowledge of one backend's health. Used on one event loop only. */
final class ProbedBackend {

    /** Traffic does not replace the probe's question: at least every third probe is sent. */
    private static final int SPARED_IN_A_ROW = 2;
    /** How late a vote may arrive. */
    private static final Duration DELAY = Duration.ofMillis(500);

    final BackendId id;
    final VoteSet voteSet = new VoteSet();
    Optional<Condition> verdict = Optional.empty();
    /** Present while this node probes it. */
    Optional<Thresholds> own = Optional.empty();
    /** The timer of the next probe; results for former timers are ignored. */
    Optional<Long> timer = Optional.empty();
    private HealthPolicy policy;
    private boolean draining;
    private Optional<BackendStats> latest = Optional.empty();
    private Optional<BackendStats> mark = Optional.empty();
    private ProbeAssignment assignment = ProbeAssignment.NONE;
    private List<String> probers = List.of();
    private boolean assigned;
    private OptionalLong silentSince = OptionalLong.empty();
    private boolean orphaned;
    private int sparedInARow;
    private long sent;
    private long failed;
    private long spared;
    private long flips;

    ProbedBackend(BackendId id, HealthPolicy policy, boolean draining) {
        this.id = id;
        this.policy = policy;
        this.draining = draining;
    }

    HealthPolicy policy() {
        return policy;
    }

    /** True if the probe itself has changed. */
    boolean adopt(HealthPolicy next, boolean nowDraining) {
        boolean other = !next.equals(policy);
        policy = next;
        draining = nowDraining;
        return other;
    }

    /** Cached until the set of nodes changes. */
    void adopt(ProbeAssignment now) {
        if (!now.equals(assignment)) {
            assignment = now;
            probers = now.probers(id);
            assigned = now.isAssigned(id);
        }
    }

    /**
     * Checks whether there are votes on it. Each node resolves names itself: if the assigned probers of an
     * address do not know it, the nodes that know it probe it themselves.
     */
    void look(long now) {
        boolean spokenOf = id.address().isEmpty() || assigned
                || !voteSet.valid(probers, now, validity()).isEmpty();
        silentSince = spokenOf ? OptionalLong.empty() : OptionalLong.of(silentSince.orElse(now));
        orphaned = !spokenOf && now - silentSince.getAsLong() > validity().toNanos();
    }

    List<String> probers() {
        return orphaned ? List.of(assignment.self()) : probers;
    }

    boolean isAssigned() {
        return assigned || orphaned;
    }

    /** A vote is valid for three intervals: after that its node is gone or hangs. */
    Duration validity() {
        Duration turn = policy.interval().compareTo(policy.timeout()) > 0 ? policy.interval()
                : policy.timeout();
        return turn.multipliedBy(3).plus(DELAY);
    }

    /**
     * This node begins to probe it. The others' verdict stays until the thresholds turn it; without one, the
     * first probe decides.
     */
    void begin() {
        // A node that has just started receives the others' votes before it knows whose votes count.
        Optional<Condition> found = verdict.or(voteSet::latestVerdict);
        own = Optional.of(voteSet.hasVotes() || found.isPresent()
                ? Thresholds.from(found.map(Condition::healthy).orElse(true),
                        found.map(Condition::reason).orElse(""))
                : Thresholds.unknown());
        mark = Optional.empty();
    }

    void traffic(BackendStats stats) {
        latest = Optional.of(stats);
    }

    /**
     * Whether requests alone show that it is healthy: since the last turn some were answered well and none
     * failed, and there was no failure before. Called once a turn.
     */
    boolean healthyByTraffic() {
        boolean well = !draining && own.map(Thresholds::confirmed).orElse(false)
                && sparedInARow < SPARED_IN_A_ROW && latest.isPresent() && mark.isPresent()
                && latest.get().succeeded() > mark.get().succeeded()
                && latest.get().failures() == mark.get().failures();
        mark = latest;
        sparedInARow = well ? sparedInARow + 1 : 0;
        spared += well ? 1 : 0;
        return well;
    }

    void count(ProbeResult result) {
        sent++;
        failed += result instanceof ProbeResult.Failed ? 1 : 0;
    }

    void countFlip() {
        flips++;
    }

    ProbeCount counts() {
        return new ProbeCount(sent, failed, spared, flips);
    }
}
