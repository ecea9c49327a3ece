package dev.gyre.health.probing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.health.probing.NetworkIsolation.Seen;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Condition;
import dev.gyre.model.Condition.State;
import dev.gyre.model.HealthPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A verdict needs all probers that speak, and all nodes come to the same one, with the same time. */
class QuorumTest {

    private static final Duration VALID = Duration.ofSeconds(3);
    private static final List<String> PROBERS = List.of("a", "b");

    private final VoteSet voteSet = new VoteSet();
    private Optional<Condition> held = Optional.empty();

    private static Instant second(long second) {
        return Instant.ofEpochSecond(second);
    }

    private static Optional<Condition> since(State state, long second) {
        return Optional.of(new Condition(state, "r", second(second)));
    }

    private static Vote vote(String node, boolean up, Optional<Condition> verdict, long second) {
        return new Vote(node, up, up ? "" : "failed for " + node, verdict, second(second),
                second * 1_000_000_000L);
    }

    /** What the node holds at that second. */
    private Optional<Condition> as(String self, long second) {
        held = VoteSet.verdict(voteSet.valid(PROBERS, second * 1_000_000_000L, VALID), self, held,
                second(second));
        return held;
    }

    @Test
    void oneThatFindsItUpIsEnough() {
        voteSet.record(vote("a", false, held, 1));
        voteSet.record(vote("b", true, held, 1));
        assertThat(as("a", 1)).as("fit, as always").isEmpty();
        voteSet.record(vote("b", false, held, 2));
        assertThat(as("a", 2)).contains(new Condition(State.DOWN, "failed for a", second(2)));
        voteSet.record(vote("b", true, held, 3));
        assertThat(as("a", 3)).contains(new Condition(State.HEALTHY, "passes its probes again", second(3)));
        assertThat(as("a", 4)).as("no news").map(Condition::since).contains(second(3));
    }

    /** Else its first vote would be that the backend is up, and all would believe it. */
    @Test
    void whoStartsGoesOnFromWhatTheOthersHaveFound() {
        ProbedBackend started = new ProbedBackend(new BackendId("web", new BackendUrl("10.0.0.1", 80)),
                HealthPolicy.DEFAULT, false);
        started.voteSet.record(vote("c", false, since(State.DOWN, 1), 2));
        started.begin();
        assertThat(started.own.orElseThrow().up()).isFalse();
    }

    @Test
    void whoFallsSilentHasNoVote() {
        voteSet.record(vote("a", false, held, 1));
        voteSet.record(vote("b", true, held, 1));
        voteSet.record(vote("a", false, held, 5));
        assertThat(as("a", 4)).isEmpty();
        assertThat(as("a", 5)).map(Condition::state).contains(State.DOWN);
    }

    @Test
    void whileNobodySpeaksTheVerdictStays() {
        voteSet.record(vote("a", false, held, 1));
        assertThat(as("a", 1)).map(Condition::state).contains(State.DOWN);
        assertThat(as("a", 60)).map(Condition::since).contains(second(1));
    }

    @Test
    void othersTakeOverTheJudgesVerdictWithItsTime() {
        voteSet.record(vote("a", false, since(State.DOWN, 7), 8));
        voteSet.record(vote("b", false, Optional.empty(), 8));
        assertThat(as("c", 8)).as("one that has just started").isEqualTo(since(State.DOWN, 7));
        voteSet.record(vote("b", true, since(State.DOWN, 7), 9));
        assertThat(as("c", 9)).as("the second does not judge").isEqualTo(since(State.DOWN, 7));
        voteSet.record(vote("a", false, since(State.HEALTHY, 10), 10));
        assertThat(as("c", 10)).isEqualTo(since(State.HEALTHY, 10));
    }

    @Test
    void aJudgeThatWasCutOffAndComesBackIsNotBelievedAgainstWhoSeesItUp() {
        voteSet.record(vote("a", false, since(State.DOWN, 7), 8));
        voteSet.record(vote("b", true, Optional.empty(), 8));
        assertThat(as("b", 8)).isEmpty();
        assertThat(as("c", 8)).isEmpty();
        voteSet.record(vote("b", false, Optional.empty(), 9));
        assertThat(as("c", 9)).isEqualTo(since(State.DOWN, 7));
    }

    @Test
    void theNextJudgeGoesOnFromTheVerdictItHasTakenOver() {
        voteSet.record(vote("a", false, since(State.DOWN, 1), 1));
        voteSet.record(vote("b", false, since(State.DOWN, 1), 1));
        as("b", 1);
        voteSet.record(vote("b", false, held, 5));
        assertThat(as("b", 5)).as("a is silent, nothing has changed").isEqualTo(since(State.DOWN, 1));
        voteSet.record(vote("b", true, held, 6));
        assertThat(as("b", 6)).map(Condition::since).contains(second(6));
    }

    @Test
    void aJudgeThatHasJustStartedBeginsNoNewTime() {
        voteSet.record(vote("b", false, since(State.DOWN, 1), 9));
        voteSet.record(vote("a", false, held, 9));
        assertThat(as("a", 9)).isEqualTo(since(State.DOWN, 1));
        held = since(State.DOWN, 8);
        assertThat(as("a", 9)).as("it had judged before it heard").isEqualTo(since(State.DOWN, 1));
        held = since(State.DOWN, 1);
        voteSet.record(vote("a", false, since(State.DOWN, 8), 9));
        assertThat(as("c", 9)).as("nor do others for its sake").isEqualTo(since(State.DOWN, 1));
    }

    @Test
    void aNodeThatAloneSeesAllDownIsBlind() {
        Seen down = new Seen(false, Optional.of(true));
        Seen dead = new Seen(false, Optional.of(false));
        Seen unknown = new Seen(false, Optional.empty());
        assertThat(NetworkIsolation.isolated(List.of(down, down, dead, unknown))).isTrue();
        assertThat(NetworkIsolation.isolated(List.of(down, down, new Seen(true, Optional.of(true)))))
                .isFalse();
        assertThat(NetworkIsolation.isolated(List.of(down, dead))).as("as many are dead for all").isFalse();
        assertThat(NetworkIsolation.isolated(List.of(unknown, unknown))).as("nobody contradicts").isFalse();
        assertThat(NetworkIsolation.isolated(List.of(down))).as("of one backend nobody can say").isFalse();
    }
}
