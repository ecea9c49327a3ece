package dev.gyre.quota;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Nodes, clocks and a network that fail as they please: never are more connections open, or allowed, than the
 * limit. {@link SimulatedCluster} checks it at every step.
 */
class QuotaNeverExceededTest {

    /** So long may a request last on a borrowed slot while its node is cut off. */
    private static final int WHILE_CUT_MILLIS = 2_000;

    private static void mishap(SimulatedCluster cluster, Random random) {
        SimulatedCluster.Node node = cluster.nodes().get(random.nextInt(cluster.nodes().size()));
        switch (random.nextInt(7)) {
            case 0 -> node.kill();
            case 1, 2 -> cluster.nodes().stream().filter(n -> !n.isUp()).findFirst()
                    .ifPresent(SimulatedCluster.Node::start);
            case 3 -> cluster.cut(IntStream.range(0, cluster.nodes().size())
                    .map(i -> random.nextInt(2)).toArray());
            case 4 -> cluster.heal();
            default -> node.demand(random.nextBoolean() ? 0 : random.nextInt(2 * cluster.limit()));
        }
        cluster.network(random.nextInt(3) == 0 ? random.nextDouble() * 0.5 : 0,
                random.nextInt(3) == 0 ? 1_500 : 20);
    }

    @ParameterizedTest
    @CsvSource({"1, 3, 10", "2, 3, 100", "3, 5, 64", "4, 5, 5", "5, 2, 7", "6, 6, 50", "7, 3, 30"})
    void whateverFails(int seed, int size, int limit) {
        Random random = new Random(seed);
        SimulatedCluster cluster = new SimulatedCluster(random, size, size, limit);
        cluster.requestsUpTo(WHILE_CUT_MILLIS);
        for (int i = 0; i < 250; i++) {
            mishap(cluster, random);
            cluster.advance(random.nextInt(2_000));
        }
        assertThat(cluster.everBorrowed()).as("slots were lent at all").isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1, 30", "2, 31", "3, 7", "4, 100"})
    void whoeverComesUnexpected(int seed, int limit) {
        Random random = new Random(seed);
        SimulatedCluster cluster = new SimulatedCluster(random, 1, 1, limit);
        cluster.requestsUpTo(30_000);
        cluster.nodes().get(0).demand(10 * limit);
        cluster.advance(5_000);
        for (int i = 0; i < 5; i++) {
            cluster.add().demand(10 * limit);
            if (random.nextBoolean()) {
                cluster.add().demand(random.nextInt(limit));
            }
            cluster.advance(random.nextInt(20_000));
        }
        cluster.advance(60_000);
        int nodes = cluster.nodes().size();
        assertThat(cluster.nodes()).allMatch(node -> node.limit() >= Math.min(limit / nodes, 1));
    }

    @Test
    void whatLastsForMinutesIsCountedWhereItIsOpen() {
        SimulatedCluster cluster = new SimulatedCluster(new Random(1), 3, 3, 30);
        cluster.requestsUpTo(600_000);
        cluster.advance(5_000);
        cluster.nodes().get(0).demand(100);
        cluster.advance(10_000);
        int borrowed = cluster.nodes().get(0).open();
        cluster.nodes().get(1).demand(100);
        cluster.nodes().get(2).demand(100);
        cluster.advance(120_000);
        assertThat(borrowed).isGreaterThan(20);
        assertThat(cluster.nodes().get(1).open()).isBetween(1, 5);
        cluster.nodes().get(0).kill();
        cluster.advance(12_000);
        assertThat(cluster.nodes().get(1).open()).as("back from the dead").isEqualTo(10);
    }

    @Test
    void aLoanThatIsOverBeforeTheBorrowersNextReportIsCountedWhileItIsOpen() {
        SimulatedCluster cluster = new SimulatedCluster(new Random(1), 2, 2, 20);
        cluster.requestsUpTo(5_000);
        cluster.advance(5_000);
        SimulatedCluster.Node borrower = cluster.nodes().get(0);
        SimulatedCluster.Node lender = cluster.nodes().get(1);
        borrower.demand(100);
        for (int i = 0; i < 100 && borrower.open() <= 10; i++) {
            cluster.advance(20);
        }
        assertThat(borrower.open()).as("opened on the loan").isEqualTo(19);
        lender.demand(100);
        lender.report();
        cluster.advance(40);
        assertThat(borrower.limit()).as("after the loan").isEqualTo(10);
        cluster.advance(10_000);
        assertThat(lender.open()).as("the part that was lent").isEqualTo(10);
    }

    @Test
    void aNodeThatComesBackAtOnceKnowsWhatItHadLent() {
        SimulatedCluster cluster = new SimulatedCluster(new Random(1), 3, 3, 30);
        cluster.requestsUpTo(60_000);
        cluster.advance(5_000);
        cluster.nodes().get(0).demand(100);
        cluster.advance(10_000);
        SimulatedCluster.Node lender = cluster.nodes().get(1);
        lender.demand(100);
        lender.kill();
        lender.start();
        cluster.advance(2_000);
        assertThat(lender.limit()).isLessThan(10);
        cluster.advance(60_000);
        assertThat(lender.limit()).isGreaterThanOrEqualTo(10);
    }

    @ParameterizedTest
    @CsvSource({"3, 100", "3, 30", "3, 10", "5, 64", "2, 2", "8, 1000"})
    void oneNodeGetsNearlyAllWithinThreeSecondsAndTheNextOneItsPart(int size, int limit) {
        SimulatedCluster cluster = new SimulatedCluster(new Random(1), size, size, limit);
        cluster.advance(20_000);
        SimulatedCluster.Node busy = cluster.nodes().get(size - 1);
        busy.demand(10 * limit);
        cluster.advance(3_000);
        assertThat(busy.limit()).isEqualTo(limit - (size - 1) * MaxMinFairness.reserve(limit, size));
        cluster.nodes().get(0).demand(10 * limit);
        cluster.advance(3_000);
        assertThat(cluster.nodes().get(0).limit()).isGreaterThanOrEqualTo(limit / size);
    }

    @Test
    void aNodeAloneFallsBackToItsEvenPart() {
        SimulatedCluster cluster = new SimulatedCluster(new Random(1), 3, 3, 100);
        cluster.advance(20_000);
        cluster.nodes().get(0).demand(1_000);
        cluster.advance(5_000);
        cluster.cut(0, 1, 2);
        cluster.advance(9_000);
        assertThat(cluster.nodes().stream().map(SimulatedCluster.Node::limit)).containsExactly(34, 33, 33);
        cluster.heal();
        cluster.advance(3_000);
        assertThat(cluster.nodes().get(0).limit()).isEqualTo(92);
    }

    @Test
    void aFirstNodeServesAtOnceByItsPartOfAllThatAreExpected() {
        SimulatedCluster cluster = new SimulatedCluster(new Random(1), 1, 3, 30);
        cluster.advance(20);
        assertThat(cluster.nodes().get(0).limit()).isEqualTo(10);
    }

    @Test
    void theOnlyNodeHasAll() {
        SimulatedCluster cluster = new SimulatedCluster(new Random(1), 1, 1, 30);
        cluster.advance(20);
        assertThat(cluster.nodes().get(0).limit()).isEqualTo(30);
    }

    @Test
    void aNodeThatSaysFarewellLeavesItsPartToTheOthers() {
        SimulatedCluster cluster = new SimulatedCluster(new Random(1), 3, 1, 30);
        cluster.advance(20_000);
        cluster.nodes().get(2).leave();
        cluster.advance(1_000);
        assertThat(cluster.nodes().get(0).limit() + cluster.nodes().get(1).limit()).isEqualTo(30);
    }
}
