package dev.gyre.health.probing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Probes do not grow with the nodes, and a node that goes hands on its own share and no other. */
class ProbeShareTest {

    private static final List<String> NODES = List.of("5c0f8d7a1b2c3d4e", "5c0f8d7a1b2c3d4f",
            "0123456789abcdef", "fedcba9876543210", "0000000000000000");
    private static final List<BackendId> BACKENDS = IntStream.range(0, 1_000).mapToObj(i ->
            new BackendId("web", new BackendUrl("10.0." + i / 250 + "." + i % 250, 9001))).toList();

    private static ProbeAssignment seenBy(String self, List<String> present, String... isolated) {
        return ProbeAssignment.of(self, present, Set.of(isolated));
    }

    @Test
    void eachBackendHasTwoProbersAndEachNodeItsEvenShare() {
        for (String node : NODES) {
            ProbeAssignment assignment = seenBy(node, NODES);
            assertThat(BACKENDS).allMatch(id -> assignment.probers(id).size() == 2);
            assertThat(BACKENDS.stream().filter(assignment::isAssigned).count()).isBetween(340L, 460L);
        }
    }

    @Test
    void theOrderInWhichNodesAreSeenIsOfNoConsequence() {
        List<String> other = new ArrayList<>(NODES);
        Collections.reverse(other);
        assertThat(BACKENDS).allMatch(id ->
                seenBy(NODES.get(0), NODES).probers(id).equals(seenBy(NODES.get(0), other).probers(id)));
    }

    @Test
    void onlyWhatTheDeadProbedChangesHands() {
        String dead = NODES.get(2);
        List<String> left = NODES.stream().filter(node -> !node.equals(dead)).toList();
        for (BackendId id : BACKENDS) {
            List<String> before = seenBy(NODES.get(0), NODES).probers(id);
            List<String> after = seenBy(NODES.get(0), left).probers(id);
            assertThat(after).hasSize(2).containsAll(before.stream().filter(left::contains).toList());
        }
    }

    @Test
    void aNodeAloneProbesAll() {
        assertThat(BACKENDS).allMatch(seenBy("a", List.of("a"))::isAssigned);
    }

    @Test
    void aBlindNodeHasNoVoteButGoesOnLooking() {
        ProbeAssignment own = seenBy(NODES.get(0), NODES, NODES.get(0));
        ProbeAssignment others = seenBy(NODES.get(1), NODES, NODES.get(0));
        assertThat(BACKENDS).allMatch(id -> own.probers(id).equals(others.probers(id)))
                .noneMatch(id -> own.probers(id).contains(NODES.get(0)));
        assertThat(BACKENDS.stream().filter(own::isAssigned).count()).isBetween(340L, 460L);
    }
}
