package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

/** A member that Hazelcast hears and this node does not makes it join again. */
class SilentMembersTest {

    private static final long TIME = SilentMembers.FIRST_NANOS;
    private static final Set<String> OTHERS = Set.of("b", "d");

    private final SilentMembers silent = new SilentMembers();

    @Test
    void itIsFoundWhenItWasHeardBefore() {
        assertThat(silent.found("c", OTHERS, OTHERS, 0)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), 1)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), TIME)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), 1 + TIME)).contains("b");
    }

    @Test
    void ofTwoOneWaitsForTheOther() {
        assertThat(silent.found("c", OTHERS, OTHERS, 0)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("b"), 1)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("b"), 1 + TIME)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("b"), 1 + 2 * TIME)).contains("d");
    }

    @Test
    void itMayBeHeardAgainOrLeave() {
        assertThat(silent.found("c", OTHERS, OTHERS, 0)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), 1)).isEmpty();
        assertThat(silent.found("c", OTHERS, OTHERS, TIME)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), 1 + TIME)).isEmpty();
        assertThat(silent.found("c", Set.of("d"), Set.of("d"), 2 * TIME)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), 9 * TIME)).as("one that has never been heard")
                .isEmpty();
    }

    @Test
    void aNewMembershipHasHeardNobody() {
        assertThat(silent.found("c", OTHERS, OTHERS, 0)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of(), 1)).isEmpty();
        assertThat(silent.found("e", OTHERS, Set.of(), 9 * TIME)).isEmpty();
    }

    @Test
    void eachAttemptWaitsLongerUntilAllAreHeard() {
        assertThat(silent.found("c", OTHERS, OTHERS, 0)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), 0)).isEmpty();
        assertThat(silent.found("c", OTHERS, Set.of("d"), TIME)).contains("b");
        assertThat(silent.found("e", OTHERS, Set.of("b"), TIME)).isEmpty();
        assertThat(silent.found("e", OTHERS, Set.of("d"), TIME)).isEmpty();
        assertThat(silent.found("e", OTHERS, Set.of("d"), 2 * TIME)).isEmpty();
        assertThat(silent.found("e", OTHERS, Set.of("d"), 3 * TIME)).contains("b");
        assertThat(silent.found("f", OTHERS, OTHERS, 4 * TIME)).isEmpty();
        assertThat(silent.found("f", OTHERS, Set.of("d"), 4 * TIME)).isEmpty();
        assertThat(silent.found("f", OTHERS, Set.of("d"), 5 * TIME)).contains("b");
    }
}
