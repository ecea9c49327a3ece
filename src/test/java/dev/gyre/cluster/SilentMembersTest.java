package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A member that Hazelcast hears and this node does not makes it join again. */
class SilentMembersTest {

    private static final long TIME = SilentMembers.FIRST_NANOS;
    private static final Map<String, String> OTHERS = Map.of("b", "host-b", "d", "host-d");
    private static final Set<String> ALL = OTHERS.keySet();

    private final SilentMembers silent = new SilentMembers();

    @Test
    void itIsFoundWhenItWasHeardBefore() {
        assertThat(silent.found("c", OTHERS, ALL, 0)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), 1)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), TIME)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), 1 + TIME)).contains("b");
    }

    @Test
    void ofTwoOneWaitsForTheOther() {
        assertThat(silent.found("c", OTHERS, ALL, 0)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("b"), 1)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("b"), 1 + TIME)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("b"), 1 + 2 * TIME)).contains("d");
    }

    @Test
    void itMayBeHeardAgainOrLeave() {
        assertThat(silent.found("c", OTHERS, ALL, 0)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), 1)).isEmpty();
        assertThat(silent.found("c", OTHERS, ALL, TIME)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), 1 + TIME)).isEmpty();
        assertThat(silent.found("c", Map.of("d", "host-d"), Set.of("d"), 9 * TIME)).isEmpty();
    }

    @Test
    void aProgramThatSendsNoHeartbeatsIsNone() {
        Map<String, String> others = Map.of("b", "host-b", "program", "host-p");
        assertThat(silent.found("c", others, Set.of("b"), 0)).isEmpty();
        assertThat(silent.found("c", others, Set.of("b"), 9 * TIME)).isEmpty();
    }

    @Test
    void bothMayHaveJoinedAgainSinceTheyHeardEachOther() {
        assertThat(silent.found("c", OTHERS, ALL, 0)).isEmpty();
        Map<String, String> again = Map.of("b2", "host-b", "d", "host-d");
        assertThat(silent.found("e", again, Set.of("d"), 5 * TIME)).isEmpty();
        assertThat(silent.found("e", again, Set.of("d"), 6 * TIME - 1)).isEmpty();
        assertThat(silent.found("e", again, Set.of("d"), 6 * TIME)).contains("b2");
    }

    @Test
    void eachAttemptWaitsLongerUntilAllAreHeard() {
        assertThat(silent.found("c", OTHERS, ALL, 0)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), 0)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), TIME)).contains("b");
        assertThat(silent.found("e", OTHERS, Set.of("b"), TIME)).isEmpty();
        assertThat(silent.found("e", OTHERS, Set.of("d"), TIME)).isEmpty();
        assertThat(silent.found("e", OTHERS, Set.of("d"), 2 * TIME)).isEmpty();
        assertThat(silent.found("e", OTHERS, Set.of("d"), 3 * TIME)).contains("b");
        assertThat(silent.found("f", OTHERS, ALL, 4 * TIME)).isEmpty();
        assertThat(silent.found("f", OTHERS, Set.of("d"), 4 * TIME)).isEmpty();
        assertThat(silent.found("f", OTHERS, Set.of("d"), 5 * TIME)).contains("b");
    }
}
