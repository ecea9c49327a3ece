package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.cluster.WritePositions.Position;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Who says that nothing of another node's is missing must have heard all that it has acknowledged. */
class WritePositionsTest {

    private static final int MOST = 6;

    /**
     * @param kind 0, 1: the hint of that number is heard; 2: all up to there is compared; 3: a new
     * membership
     */
    private record Step(int kind, int number) { }

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(Arbitraries.integers().between(0, 3),
                Arbitraries.integers().between(1, MOST))
                .as(Step::new).list().ofMaxSize(30);
    }

    private static Position at(int session, int number) {
        return new Position("session-" + session, number);
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void nothingIsMissingOnlyWhereAllWasHeard(@ForAll("steps") List<Step> steps) {
        WritePositions positions = new WritePositions();
        Set<Position> heard = new HashSet<>();
        int session = 0;
        for (Step step : steps) {
            switch (step.kind()) {
                case 2 -> {
                    positions.caughtUp(Map.of("b", at(session, step.number())));
                    for (int number = 1; number <= step.number(); number++) {
                        heard.add(at(session, number));
                    }
                }
                case 3 -> session++;
                default -> {
                    // One of a membership that is over may be late.
                    Position late = at(Math.max(0, session - step.kind()), step.number());
                    positions.heard("b", late);
                    heard.add(late);
                }
            }
            for (int number = 1; number <= MOST; number++) {
                boolean all = true;
                for (int before = 1; before <= number; before++) {
                    all &= heard.contains(at(session, before));
                }
                boolean none = positions.missing(Map.of("b", at(session, number))).isEmpty();
                assertThat(all || !none).as("%s after %s", at(session, number), steps).isTrue();
            }
        }
    }

    @Example
    void hintsInTheirOrderNeedNoComparison() {
        WritePositions positions = new WritePositions();
        for (int number = 1; number <= MOST; number++) {
            assertThat(positions.missing(Map.of("b", at(0, number)))).containsKey("b");
            positions.heard("b", at(0, number));
            assertThat(positions.missing(Map.of("b", at(0, number)))).isEmpty();
        }
    }

    @Example
    void aLostHintIsMissedUntilAllIsCompared() {
        WritePositions positions = new WritePositions();
        positions.heard("b", at(0, 1));
        positions.heard("b", at(0, 3));
        assertThat(positions.missing(Map.of("b", at(0, 3)))).containsKey("b");
        positions.caughtUp(Map.of("b", at(0, 3)));
        positions.heard("b", at(0, 4));
        assertThat(positions.missing(Map.of("b", at(0, 4)))).isEmpty();
    }

    @Example
    void anotherNodesNumbersAreItsOwn() {
        WritePositions positions = new WritePositions();
        positions.heard("b", at(0, 1));
        assertThat(positions.missing(Map.of("b", at(0, 1), "c", at(1, 1)))).containsOnlyKeys("c");
    }
}
