package dev.gyre.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class UnevenSharesTest {

    private static final int PICKS = 10_000;

    /** Every share is at least 4 % of the picks, so that 1 % of it is several picks. */
    static Stream<int[]> weightSets() {
        return Stream.of(new int[] {1}, new int[] {1, 1}, new int[] {1, 1, 1}, new int[] {7, 7, 7, 7},
                new int[] {5, 1, 1}, new int[] {1, 2, 3, 4}, new int[] {1000, 999, 998},
                new int[] {1000, 1000, 100}, new int[] {97, 89, 83, 79, 73, 71, 67},
                new int[] {1, 3, 3, 3, 3, 3, 3, 3});
    }

    /** Small enough to check every window, odd enough to have no easy pattern. */
    static Stream<int[]> smallWeightSets() {
        return Stream.of(new int[] {5, 1, 1}, new int[] {1, 1, 1, 1}, new int[] {2, 4, 6}, new int[] {1, 20},
                new int[] {3, 5, 7, 11}, new int[] {50, 1, 1, 1, 1, 1}, new int[] {13, 13, 12, 1, 2, 2},
                IntStream.range(0, 20).map(i -> 1 + i * 7 % 11).toArray());
    }

    @ParameterizedTest
    @MethodSource("weightSets")
    void eachGetsItsShareOfTenThousandPicksToWithinOnePercent(int[] weights) {
        for (int seed = 0; seed < 20; seed++) {
            int[] counts = new int[weights.length];
            Rotation selector = selector(weights, seed);
            for (int pick = 0; pick < PICKS; pick++) {
                counts[selector.next()]++;
            }
            assertShares(counts, weights);
        }
    }

    @ParameterizedTest
    @MethodSource("weightSets")
    void twoEventLoopsTakingTurnsAtRandomKeepTheSharesTogether(int[] weights) {
        Random random = new Random(7);
        Rotation[] loops = {selector(weights, 1), selector(weights, 2)};
        int[] counts = new int[weights.length];
        for (int pick = 0; pick < PICKS; pick++) {
            counts[loops[random.nextInt(2)].next()]++;
        }
        assertShares(counts, weights);
    }

    @ParameterizedTest
    @MethodSource("smallWeightSets")
    void anyWindowKeepsTheSharesToWithinTwoPicks(int[] weights) {
        int sum = IntStream.of(weights).sum();
        for (int seed = 0; seed < 10; seed++) {
            int[][] before = runningCounts(selector(weights, seed), weights.length, 3 * sum);
            for (int from = 0; from < before.length; from++) {
                for (int to = from; to < before.length; to++) {
                    for (int i = 0; i < weights.length; i++) {
                        double share = (double) (to - from) * weights[i] / sum;
                        assertThat(before[to][i] - before[from][i] - share).isBetween(-2.0, 2.0);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("smallWeightSets")
    void aWindowOfTheSumOfTheWeightsHoldsEachWeightToWithinOne(int[] weights) {
        int sum = IntStream.of(weights).sum();
        for (int seed = 0; seed < 50; seed++) {
            int[][] before = runningCounts(selector(weights, seed), weights.length, 4 * sum);
            for (int from = 0; from + sum < before.length; from++) {
                for (int i = 0; i < weights.length; i++) {
                    assertThat(before[from + sum][i] - before[from][i]).isCloseTo(weights[i], within(1));
                }
            }
        }
    }

    @Test
    void aHeavyIndexDoesNotHaveItsTurnsInARow() {
        for (int seed = 0; seed < 50; seed++) {
            Rotation selector = selector(new int[] {5, 1, 1}, seed);
            int run = 0;
            for (int pick = 0; pick < 1_000; pick++) {
                run = selector.next() == 0 ? run + 1 : 0;
                assertThat(run).isLessThan(5);
            }
        }
    }

    @Test
    void startsAtARandomPlace() {
        for (int[] weights : new int[][] {{1, 1, 1, 1, 1, 1, 1, 1}, {5, 1, 1}, {8, 7, 6, 5}}) {
            Set<Integer> first = new HashSet<>();
            for (int seed = 0; seed < 200; seed++) {
                first.add(selector(weights, seed).next());
            }
            assertThat(first).hasSize(weights.length);
        }
    }

    @Test
    void theFirstPicksOfManySelectorsAreSharedByWeightToo() {
        for (int[] weights : new int[][] {{6, 3, 1}, {60, 30, 11}, {500, 250, 101}}) {
            double sum = IntStream.of(weights).sum();
            int[] counts = new int[3];
            for (int seed = 0; seed < 10_000; seed++) {
                counts[selector(weights, seed).next()]++;
            }
            assertThat(counts[0] / 10_000.0).isCloseTo(weights[0] / sum, within(0.02));
            assertThat(counts[1] / 10_000.0).isCloseTo(weights[1] / sum, within(0.02));
        }
    }

    @Test
    void repeatsItselfRoundByRoundSoThatNothingDriftsHoweverLongItRuns() {
        int[] weights = {1000, 999, 7, 1};
        Rotation selector = selector(weights, 3);
        int[] rounds = IntStream.generate(selector::next).limit(2007 * 5).toArray();
        int[] second = Arrays.copyOfRange(rounds, 2007, 2007 * 2);
        for (int round = 2; round < 5; round++) {
            assertThat(Arrays.copyOfRange(rounds, 2007 * round, 2007 * (round + 1))).isEqualTo(second);
        }
    }

    @Test
    void tenThousandCoprimeWeightsCostNoMoreThanAHeapPerPick() {
        int[] weights = IntStream.range(0, 10_000).map(i -> 1 + i * 7919 % 1000).toArray();
        SmoothWeightedRoundRobin selector = new SmoothWeightedRoundRobin(weights, new SplittableRandom(1));
        int picks = 6_000_000;
        int[] counts = new int[weights.length];
        long start = selector.steps();
        for (int pick = 0; pick < picks; pick++) {
            counts[selector.next()]++;
        }
        int heapOperations = 4;
        int depth = 14;
        assertThat((selector.steps() - start) / picks).isLessThanOrEqualTo(heapOperations * (depth + 1));
        double sum = IntStream.of(weights).sum();
        for (int i = 0; i < weights.length; i++) {
            assertThat(counts[i]).isCloseTo((int) (picks * (weights[i] / sum)), within(2));
        }
    }

    @Test
    void equalWeightsMoveNothing() {
        SmoothWeightedRoundRobin selector =
                new SmoothWeightedRoundRobin(new int[] {9, 9, 9}, new SplittableRandom(1));
        int first = selector.next();
        assertThat(new int[] {selector.next(), selector.next(), selector.next()})
                .containsExactly((first + 1) % 3, (first + 2) % 3, first);
        assertThat(selector.steps()).isZero();
    }

    @Test
    void weightsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> selector(new int[] {}, 1)).hasMessageContaining("none");
        assertThatThrownBy(() -> selector(new int[] {1, 0}, 1)).hasMessageContaining("0 (expected: 1..1000)");
        assertThatThrownBy(() -> selector(new int[] {1001}, 1)).hasMessageContaining("1001");
    }

    private static Rotation selector(int[] weights, long seed) {
        return new SmoothWeightedRoundRobin(weights, new SplittableRandom(seed));
    }

    private static void assertShares(int[] counts, int[] weights) {
        double sum = IntStream.of(weights).sum();
        for (int i = 0; i < weights.length; i++) {
            double share = PICKS * weights[i] / sum;
            assertThat((double) counts[i]).isCloseTo(share, within(share / 100));
        }
    }

    private static int[][] runningCounts(Rotation selector, int size, int picks) {
        int[][] before = new int[picks + 1][size];
        for (int pick = 0; pick < picks; pick++) {
            before[pick + 1] = before[pick].clone();
            before[pick + 1][selector.next()]++;
        }
        return before;
    }
}
