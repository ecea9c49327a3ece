package dev.gyre.health.probing;

import dev.gyre.model.Condition;
import dev.gyre.model.Condition.State;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The votes on one backend, and their verdict.
 *
 * <p>The first prober with a valid vote judges: the backend is down if all valid votes say so, and up
 * otherwise. All other nodes take over its verdict with its time. If it falls silent, the next prober judges,
 * starting from that verdict.
 * Nodes that hold the same verdict with different times agree on the earliest one.
 */
final class VoteSet {

    private static final String AGAIN = "passes its probes again";

    private final Map<String, Vote> votes = new HashMap<>();

    void record(Vote vote) {
        votes.put(vote.node(), vote);
    }

    void remove(String node) {
        votes.remove(node);
    }

    /** Whether there was a vote. */
    boolean hasVotes() {
        return !votes.isEmpty();
    }

    /** The verdict that came with the latest vote of any node. */
    Optional<Condition> latestVerdict() {
        return votes.values().stream().filter(vote -> vote.verdict().isPresent())
                .max(Comparator.comparing(Vote::sentAt)).flatMap(Vote::verdict);
    }

    /** The vote of this node. */
    Optional<Vote> of(String node) {
        return Optional.ofNullable(votes.get(node));
    }

    /** Votes not older than their validity, in the order of the nodes. */
    List<Vote> valid(List<String> nodes, long now, Duration validity) {
        return nodes.stream().map(votes::get).filter(Objects::nonNull)
                .filter(vote -> now - vote.nanos() <= validity.toNanos()).toList();
    }

    /** Whether any other node finds it up; empty without a valid vote. */
    Optional<Boolean> othersReportUp(String self, long now, Duration validity) {
        List<Vote> others = votes.values().stream().filter(vote -> !vote.node().equals(self))
                .filter(vote -> now - vote.nanos() <= validity.toNanos()).toList();
        return others.isEmpty() ? Optional.empty() : Optional.of(others.stream().anyMatch(Vote::up));
    }

    /**
     * The verdict after these votes.
     *
     * @param speaking the votes that count, the judge's first
     * @param held     the verdict so far; empty: healthy, without another before
     */
    static Optional<Condition> verdict(List<Vote> valid, String self, Optional<Condition> held,
            Instant now) {
        if (valid.isEmpty()) {
            return held;
        }
        boolean up = valid.stream().anyMatch(Vote::up);
        Optional<Condition> before = held.or(() -> valid.stream().map(Vote::verdict)
                .flatMap(Optional::stream).filter(verdict -> verdict.healthy() || !up).findFirst());
        Vote judge = valid.get(0);
        Optional<Condition> found = judge.node().equals(self)
                ? judged(valid, before, now) : takenOver(judge, up, before);
        return found.map(verdict -> earliest(valid, verdict));
    }

    private static Optional<Condition> judged(List<Vote> valid, Optional<Condition> before, Instant now) {
        boolean down = valid.stream().noneMatch(Vote::up);
        State state = down ? State.DOWN : State.HEALTHY;
        if (state == before.map(Condition::state).orElse(State.HEALTHY)) {
            return before;
        }
        return Optional.of(new Condition(state, down ? valid.get(0).reason() : AGAIN, now));
    }

    /** But a judge that was isolated, and finds all down, is not believed. */
    private static Optional<Condition> takenOver(Vote judge, boolean up, Optional<Condition> before) {
        boolean doubtful = up && !judge.verdict().map(Condition::healthy).orElse(true);
        boolean same = doubtful || judge.verdict().map(Condition::state).orElse(State.HEALTHY)
                == before.map(Condition::state).orElse(State.HEALTHY);
        return same ? before
                : Optional.of(judge.verdict()
                        .orElseGet(() -> new Condition(State.HEALTHY, AGAIN, judge.sentAt())));
    }

    private static Condition earliest(List<Vote> valid, Condition verdict) {
        return valid.stream().map(Vote::verdict).flatMap(Optional::stream)
                .filter(other -> other.state() == verdict.state() && other.since().isBefore(verdict.since()))
                .min(Comparator.comparing(Condition::since)).orElse(verdict);
    }
}
