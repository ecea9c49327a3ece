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
 * The votes on one backend, and the verdict they amount to.
 *
 * <p>Of the nodes that probe it, the first that speaks is the judge: it finds the backend down when all that
 * speak find it down, and fit otherwise. All others take its verdict over, with its time, so that all nodes
 * go by the same one. When the judge falls silent, the next one judges, from the verdict it has taken over.
 * Nodes that hold the same verdict with different times settle on the earliest, so that a node that knows no
 * past begins none.
 */
final class VoteSet {

    private static final String AGAIN = "passes its probes again";

    private final Map<String, Vote> votes = new HashMap<>();

    void cast(Vote vote) {
        votes.put(vote.node(), vote);
    }

    void withdraw(String node) {
        votes.remove(node);
    }

    /** Anybody has ever said anything. */
    boolean begun() {
        return !votes.isEmpty();
    }

    /** The verdict that was told last, whosever vote it came with. */
    Optional<Condition> told() {
        return votes.values().stream().filter(vote -> vote.verdict().isPresent())
                .max(Comparator.comparing(Vote::said)).flatMap(Vote::verdict);
    }

    /** What this node says. */
    Optional<Vote> of(String node) {
        return Optional.ofNullable(votes.get(node));
    }

    /** Votes not older than their validity, in the order of the nodes. */
    List<Vote> speaking(List<String> nodes, long now, Duration validity) {
        return nodes.stream().map(votes::get).filter(Objects::nonNull)
                .filter(vote -> now - vote.nanos() <= validity.toNanos()).toList();
    }

    /** Whether any other node finds it up; empty when none speaks. */
    Optional<Boolean> othersSeeItUp(String self, long now, Duration validity) {
        List<Vote> others = votes.values().stream().filter(vote -> !vote.node().equals(self))
                .filter(vote -> now - vote.nanos() <= validity.toNanos()).toList();
        return others.isEmpty() ? Optional.empty() : Optional.of(others.stream().anyMatch(Vote::up));
    }

    /**
     * The verdict after these votes.
     *
     * @param speaking those that count, the judge's first
     * @param held     the verdict so far; empty: fit, and no other known
     */
    static Optional<Condition> verdict(List<Vote> speaking, String self, Optional<Condition> held,
                                       Instant now) {
        if (speaking.isEmpty()) {
            return held;
        }
        boolean up = speaking.stream().anyMatch(Vote::up);
        Optional<Condition> before = held.or(() -> speaking.stream().map(Vote::verdict)
                .flatMap(Optional::stream).filter(told -> told.fit() || !up).findFirst());
        Vote judge = speaking.get(0);
        Optional<Condition> found = judge.node().equals(self)
                ? judged(speaking, before, now) : takenOver(judge, up, before);
        return found.map(verdict -> earliest(speaking, verdict));
    }

    private static Optional<Condition> judged(List<Vote> speaking, Optional<Condition> before, Instant now) {
        boolean down = speaking.stream().noneMatch(Vote::up);
        State state = down ? State.DOWN : State.FIT;
        if (state == before.map(Condition::state).orElse(State.FIT)) {
            return before;
        }
        return Optional.of(new Condition(state, down ? speaking.get(0).reason() : AGAIN, now));
    }

    /** But one that was cut off from the rest, and says of all that they are down, is not believed. */
    private static Optional<Condition> takenOver(Vote judge, boolean up, Optional<Condition> before) {
        boolean doubtful = up && !judge.verdict().map(Condition::fit).orElse(true);
        boolean same = doubtful || judge.verdict().map(Condition::state).orElse(State.FIT)
                == before.map(Condition::state).orElse(State.FIT);
        return same ? before
                : Optional.of(judge.verdict().orElseGet(() -> new Condition(State.FIT, AGAIN, judge.said())));
    }

    private static Condition earliest(List<Vote> speaking, Condition verdict) {
        return speaking.stream().map(Vote::verdict).flatMap(Optional::stream)
                .filter(other -> other.state() == verdict.state() && other.since().isBefore(verdict.since()))
                .min(Comparator.comparing(Condition::since)).orElse(verdict);
    }
}
