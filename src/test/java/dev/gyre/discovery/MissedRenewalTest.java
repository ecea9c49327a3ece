package dev.gyre.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.balancing.Rendezvous;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.registry.AnnouncedBackend;
import dev.gyre.registry.Stamp;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A backend that ceases must be ended soon, and one whose renewals merely cannot be heard must not. */
class MissedRenewalTest {

    private static final BackendId ID = new BackendId("web", BackendUrl.parse("http://10.0.0.5:9001"));
    private static final double TTL = 6;
    /** The ttl and what is under way. */
    private static final double UP = TTL + 1.5;
    private static final double THRICE = 3 * TTL + 1.5;
    private static final double TICK = 0.5;

    private double seconds = 1_000;
    private final Renewals renewals = new Renewals(nanos(seconds));
    private AnnouncedBackend backend = announced(1, Optional.empty());
    private boolean clustered;
    /** When each other node was last heard. */
    private final Map<String, Double> heard = new HashMap<>();
    /** Those of them that go on to be heard. */
    private final Set<String> speaking = new HashSet<>();

    private static long nanos(double seconds) {
        return (long) (seconds * 1e9);
    }

    private static AnnouncedBackend announced(long wall, Optional<String> ending) {
        return new AnnouncedBackend(ID, Optional.empty(), Duration.ofSeconds((long) TTL), ending,
                new Stamp(wall, 0, 1), ending.isPresent());
    }

    private void step() {
        speaking.forEach(node -> heard.put(node, seconds));
        Map<String, Duration> others = new HashMap<>();
        heard.forEach((node, at) -> others.put(node, Duration.ofNanos(nanos(seconds - at))));
        renewals.step(nanos(seconds), List.of(backend), clustered, others);
    }

    /** Lets time pass, tick by tick. */
    private void pass(double span) {
        for (double end = seconds + span; seconds < end; ) {
            seconds = Math.min(end, seconds + TICK);
            step();
        }
    }

    private boolean isDue() {
        return !renewals.due(List.of(backend)).isEmpty();
    }

    /** It is not due up to then, and is from then on. */
    private void assertDueAfter(double span) {
        pass(span - TICK);
        assertThat(isDue()).as("due before %s s", span).isFalse();
        pass(TICK);
        assertThat(isDue()).as("due after %s s", span).isTrue();
    }

    private void meet(String... nodes) {
        clustered = true;
        speaking.addAll(List.of(nodes));
        step();
    }

    @Test
    void itHasItsWholeTimeFromTheMomentItIsKnown() {
        step();
        assertDueAfter(UP);
    }

    @Test
    void eachRenewalGivesItItsWholeTimeAgain() {
        step();
        for (int i = 0; i < 5; i++) {
            pass(TTL - TICK);
            renewals.renewed(ID, nanos(seconds));
        }
        assertDueAfter(UP);
    }

    @Test
    void aRenewalAtAnotherNodeCountsFromTheTimeItCameThere() {
        meet("b");
        pass(5);
        renewals.heard(Map.of(ID, Duration.ofSeconds(2)), nanos(seconds));
        assertDueAfter(UP - 2);
    }

    @Test
    void olderNewsDoNotTakeATimeBack() {
        step();
        pass(5);
        renewals.renewed(ID, nanos(seconds));
        renewals.heard(Map.of(ID, Duration.ofSeconds(4)), nanos(seconds));
        assertDueAfter(UP);
    }

    @Test
    void anAnnouncementWrittenAnewCountsAsARenewal() {
        step();
        pass(5);
        backend = announced(2, Optional.empty());
        step();
        assertDueAfter(UP);
    }

    @Test
    void timeInWhichTheProcessStoodStillDoesNotCount() {
        step();
        pass(3);
        seconds += 600;
        step();
        assertThat(isDue()).isFalse();
        // Two seconds of the ten minutes: a tick may be late.
        assertDueAfter(UP - 3 - 2);
    }

    @Test
    void whereAllNodesGoOnToBeHeardOneTimeIsEnough() {
        meet("b", "c");
        renewals.heard(Map.of(ID, Duration.ZERO), nanos(seconds));
        assertDueAfter(UP);
    }

    @Test
    void aNodeThatIsNoLongerHeardMayHoldARenewal() {
        meet("b", "c");
        renewals.renewed(ID, nanos(seconds));
        pass(1);
        speaking.remove("c");
        assertDueAfter(THRICE - 1);
    }

    @Test
    void soMayANodeThatWasLostAfterTheLastRenewal() {
        meet("b");
        renewals.heard(Map.of(ID, Duration.ZERO), nanos(seconds));
        pass(1);
        speaking.clear();
        heard.clear();
        assertDueAfter(THRICE - 1);
    }

    @Test
    void aNodeThatWasGoneBeforeTheLastRenewalDoesNotMatter() {
        meet("b");
        pass(1);
        speaking.clear();
        heard.clear();
        pass(1);
        renewals.renewed(ID, nanos(seconds));
        assertDueAfter(UP);
    }

    @Test
    void aClusteredNodeThatHasHeardNobodyWaitsLonger() {
        clustered = true;
        step();
        assertDueAfter(THRICE);
    }

    @Test
    void aClusteredNodeAloneEndsWhatHasRenewedAtItself() {
        clustered = true;
        step();
        renewals.renewed(ID, nanos(seconds));
        assertDueAfter(UP);
    }

    @Test
    void whatEndsAlreadyIsNotDueButOverdueAfterHalfAMinute() {
        backend = announced(2, Optional.of("lease expired"));
        step();
        pass(29.5);
        assertThat(renewals.isOverdue(backend)).isFalse();
        pass(0.5);
        assertThat(renewals.isOverdue(backend)).isTrue();
        assertThat(isDue()).isFalse();
    }

    @Test
    void theOtherNodesAreToldTwiceOfWhatRenewedHereAndNotOfWhatTheyTold() {
        meet("b");
        renewals.heard(Map.of(ID, Duration.ZERO), nanos(seconds));
        assertThat(renewals.recent(nanos(seconds))).isEmpty();
        renewals.renewed(ID, nanos(seconds));
        pass(2);
        assertThat(renewals.recent(nanos(seconds))).isEqualTo(Map.of(ID, Duration.ofSeconds(2)));
        pass(1);
        assertThat(renewals.recent(nanos(seconds))).isEmpty();
    }

    @Test
    void oneNodeIsResponsibleAndWhenItIsGoneOnlyItsOwnPass() {
        List<String> nodes = List.of("a", "b", "c");
        List<BackendId> many = IntStream.range(1, 301)
                .mapToObj(port -> new BackendId("web", new BackendUrl("10.0.0.5", port))).toList();
        assertThat(many.stream().map(id -> Rendezvous.of(id.toString(), nodes)).distinct())
                .containsExactlyInAnyOrder("a", "b", "c");
        for (BackendId id : many) {
            String before = Rendezvous.of(id.toString(), nodes);
            String after = Rendezvous.of(id.toString(), List.of("c", "a"));
            assertThat(after).isEqualTo(before.equals("b") ? after : before);
        }
    }
}
