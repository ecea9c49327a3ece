package dev.gyre.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.balancing.Simulation.Server;
import dev.gyre.model.Balance;
import dev.gyre.model.Strategy;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A backend that is slow, or quick to fail, must not be given as much as the others, let alone more. */
class UnequalBackendsTest {

    private static final int REQUESTS = 20_000;

    /** Seven that take 10 ms and one that takes 200 ms on average, 1,500 requests a second. */
    @ParameterizedTest
    @EnumSource(names = {"LEAST_REQUESTS", "POWER_OF_TWO", "PEAK_EWMA"})
    void oneSlowBackendOfEightHurtsFewerThanUnderRoundRobin(Strategy strategy) {
        Server[] servers = new Server[8];
        Arrays.fill(servers, new Server(10e6, 1_000, false));
        servers[3] = new Server(200e6, 1_000, false);
        long[] turns = new Simulation(1, servers).run(selector(Strategy.ROUND_ROBIN, 8), REQUESTS, 1_500);
        Simulation simulation = new Simulation(1, servers);
        long[] took = simulation.run(selector(strategy, 8), REQUESTS, 1_500);
        assertThat(p99(took)).as("p99 under %s, in ms (round robin: %d)", strategy, p99(turns))
                .isLessThan(p99(turns) / 3);
        assertThat(simulation.picked()[3]).isBetween(1, REQUESTS / 50);
    }

    @ParameterizedTest
    @EnumSource(names = {"LEAST_REQUESTS", "POWER_OF_TWO", "PEAK_EWMA"})
    void whoFailsAtOnceIsGivenLess(Strategy strategy) {
        for (double millis : new double[] {1, 50, 3_000}) {
            Server[] servers = new Server[4];
            Arrays.fill(servers, new Server(millis * 1e6, 1_000, false));
            servers[2] = new Server(millis * 1e6, 1_000, true);
            for (double inFlight : new double[] {4, 100}) {
                Simulation simulation = new Simulation(2, servers);
                simulation.run(selector(strategy, 4), REQUESTS, inFlight / (millis / 1e3));
                assertThat(simulation.picked()[2]).as("of %d, answers of %.0f ms, %.0f in flight", REQUESTS,
                        millis, inFlight).isLessThan(REQUESTS / 6);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void equalBackendsAreGivenTheSame(int seed) {
        for (Strategy strategy : Strategy.values()) {
            Server[] servers = Collections.nCopies(5, new Server(20e6, 100, false)).toArray(Server[]::new);
            Simulation simulation = new Simulation(seed, servers);
            simulation.run(selector(strategy, 5), REQUESTS, 2_000);
            for (int picked : simulation.picked()) {
                assertThat(picked).as("%s: %s", strategy, Arrays.toString(simulation.picked()))
                        .isBetween(REQUESTS / 5 * 85 / 100, REQUESTS / 5 * 115 / 100);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"WEIGHTED_RANDOM", "LEAST_REQUESTS", "POWER_OF_TWO", "PEAK_EWMA"})
    void aWeightOfThreeIsGivenThreeTimesAsMuch(Strategy strategy) {
        Server[] servers = Collections.nCopies(3, new Server(20e6, 1_000, false)).toArray(Server[]::new);
        Simulation simulation = new Simulation(4, servers);
        simulation.run(new Selectors(Balance.of(strategy), List.of("a", "b", "c"),
                new int[] {1, 3, 1}).fresh(new SplittableRandom(5)), REQUESTS, 5_000);
        assertThat(simulation.picked()[1]).as(Arrays.toString(simulation.picked()))
                .isBetween(REQUESTS * 52 / 100, REQUESTS * 68 / 100);
    }

    private static Selector selector(Strategy strategy, int size) {
        int[] weights = new int[size];
        Arrays.fill(weights, 1);
        return new Selectors(Balance.of(strategy),
                IntStream.range(0, size).mapToObj(i -> "http://10.0.0." + i + ":80").toList(),
                weights).fresh(new SplittableRandom(11));
    }

    private static long p99(long[] sorted) {
        return sorted[sorted.length * 99 / 100] / 1_000_000;
    }
}
