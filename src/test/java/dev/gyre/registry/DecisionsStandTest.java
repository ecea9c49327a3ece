package dev.gyre.registry;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/**
 * Whatever is commanded at whichever node while messages are lost, nodes are cut off and restarted and
 * clocks are wrong: once they meet again all hold the same, each acknowledged change that no later one
 * overrules stands, and nothing is back that was removed. {@code -Djqwik.tries.default=100000} looks for
 * longer.
 */
class DecisionsStandTest {

    private static final List<Duration> JUMPS = List.of(Duration.ofSeconds(-40), Duration.ofSeconds(40),
            Duration.ofHours(-1), Duration.ofHours(1), Duration.ofDays(1), Duration.ofDays(-1));
    private static final List<Duration> SPANS = List.of(Duration.ofMillis(1), Duration.ofSeconds(7),
            Duration.ofSeconds(30), Duration.ofMinutes(11), Duration.ofDays(1));

    private enum Kind {
        COMMAND, ANNOUNCE, CONCLUDE, DELIVER, REPEAT, LOSE, COMPARE, DIVIDE, MEET, RESTART,
        FORGETFUL_RESTART, RELOAD, JUMP, PASS, NEWER_VERSION
    }

    /** @param what of a command: which one */
    private record Step(Kind kind, int node, int what, int subject, int value) {

        void on(SimulatedRegistries cluster) {
            SimulatedRegistries.Node at = cluster.node(node);
            boolean inOrder = what < SimulatedCommands.OPERATORS;
            boolean reaches = value % 5 != 4;
            switch (kind) {
                case COMMAND -> at.command(command(at.state()), SimulatedRegistries.ALICE, inOrder,
                        reaches);
                case ANNOUNCE -> at.command(SimulatedCommands.announcement(subject, value), Author.backend(
                        java.util.Optional.empty(), "via bus"), inOrder, reaches);
                case CONCLUDE -> at.conclude(what, subject, reaches);
                case DELIVER -> cluster.deliver(subject + 6 * value, false);
                case REPEAT -> cluster.deliver(subject + 6 * value, true);
                case LOSE -> cluster.lose(subject + 6 * value);
                case COMPARE -> at.compare();
                case DIVIDE -> cluster.divide(what);
                case MEET -> cluster.divide(0);
                case RESTART -> at.restart(value, 0);
                case FORGETFUL_RESTART -> at.restart(value, 1 + subject);
                case RELOAD -> at.command(new Declare(SimulatedCommands.config(value), true), Author.CONFIG,
                        inOrder, reaches);
                case JUMP -> at.jump(JUMPS.get(value % JUMPS.size()));
                case PASS -> cluster.pass(SPANS.get(value % SPANS.size()));
                default -> at.fromTheFuture(value);
            }
        }

        private Command command(RegistryState state) {
            return SimulatedCommands.operator(what % SimulatedCommands.OPERATORS, subject, value, state);
        }

        @Override
        public String toString() {
            String text = kind == Kind.COMMAND && what % SimulatedCommands.OPERATORS
                    < SimulatedCommands.OPERATORS - 1 ? command(null).toString() : "";
            return "\n  " + kind + " at=" + node + " what=" + what + " subject=" + subject + " value=" + value
                    + " " + text;
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Kind> kinds = Arbitraries.frequency(Tuple.of(20, Kind.COMMAND), Tuple.of(3, Kind.ANNOUNCE),
                Tuple.of(5, Kind.CONCLUDE), Tuple.of(8, Kind.DELIVER), Tuple.of(2, Kind.REPEAT),
                Tuple.of(2, Kind.LOSE), Tuple.of(3, Kind.COMPARE), Tuple.of(3, Kind.DIVIDE),
                Tuple.of(1, Kind.MEET), Tuple.of(2, Kind.RESTART), Tuple.of(1, Kind.FORGETFUL_RESTART),
                Tuple.of(2, Kind.RELOAD), Tuple.of(1, Kind.JUMP), Tuple.of(4, Kind.PASS),
                Tuple.of(1, Kind.NEWER_VERSION));
        return Combinators.combine(kinds, Arbitraries.integers().between(0, 4),
                Arbitraries.integers().between(0, 2 * SimulatedCommands.OPERATORS - 1),
                Arbitraries.integers().between(0, 5), Arbitraries.integers().between(0, 19)).as(Step::new)
                .list().ofMaxSize(60);
    }

    @Property(edgeCases = EdgeCasesMode.NONE)
    void whatPeopleDecidedStands(@ForAll("steps") List<Step> steps, @ForAll("sizes") int nodes) {
        SimulatedRegistries cluster = new SimulatedRegistries(nodes);
        steps.forEach(step -> step.on(cluster));
        cluster.settle();
        cluster.pass(Duration.ofDays(1));
        for (int kind = 0; kind < 2; kind++) {
            cluster.node(kind).conclude(kind, 0, false);
        }
        cluster.settle();
    }

    @Provide
    Arbitrary<Integer> sizes() {
        return Arbitraries.integers().between(2, 5);
    }
}
