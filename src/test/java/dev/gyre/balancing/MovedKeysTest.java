package dev.gyre.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Balance;
import dev.gyre.model.HashKey;
import dev.gyre.model.Hashing;
import dev.gyre.model.Strategy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Keys keep their backends when backends come and go, and no backend drowns in its keys. */
class MovedKeysTest {

    private static final int KEYS = 50_000;
    private static final int BACKENDS = 20;

    @ParameterizedTest
    @EnumSource
    void withoutOneBackendOfTwentyFewKeysMove(Hashing.Algorithm algorithm) {
        Selector all = selector(algorithm, names(BACKENDS), 1000, weights(BACKENDS, 1));
        int[] before = IntStream.range(0, KEYS).map(key -> all.pick(new Idle(), hash(key))).toArray();
        for (int gone : new int[] {0, 7, 19}) {
            List<String> rest = new ArrayList<>(names(BACKENDS));
            rest.remove(gone);
            Selector without = selector(algorithm, rest, 1000, weights(BACKENDS - 1, 1));
            int moved = 0;
            for (int key = 0; key < KEYS; key++) {
                int now = without.pick(new Idle(), hash(key));
                boolean same = before[key] == (now < gone ? now : now + 1);
                moved += same ? 0 : 1;
            }
            assertThat(moved * 100.0 / KEYS).as("per cent of keys moved without backend %d", gone)
                    .isBetween(3.0, 7.0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyBackendHasItsShareOfTheKeys(Hashing.Algorithm algorithm) {
        int[] weights = weights(BACKENDS, 1);
        weights[4] = 3;
        Selector selector = selector(algorithm, names(BACKENDS), 1000, weights);
        int[] keys = new int[BACKENDS];
        for (int key = 0; key < KEYS; key++) {
            keys[selector.pick(new Idle(), hash(key))]++;
        }
        double off = algorithm == Hashing.Algorithm.MAGLEV ? 0.08 : 0.35;
        for (int i = 0; i < BACKENDS; i++) {
            double share = KEYS * weights[i] / (BACKENDS + 2.0);
            assertThat((double) keys[i]).as(Arrays.toString(keys))
                    .isBetween(share * (1 - off), share * (1 + off));
        }
    }

    /** Every other request has the same key, and none ends: the worst there can be. */
    @ParameterizedTest
    @EnumSource
    void noBackendHasMoreThanItsBound(Hashing.Algorithm algorithm) {
        Selector selector = selector(algorithm, names(BACKENDS), 1.25, weights(BACKENDS, 1));
        int[] inFlight = new int[BACKENDS];
        for (int all = 1; all <= 10_000; all++) {
            inFlight[selector.pick(new Busy(inFlight), all % 2 == 0 ? hash(1) : hash(all))]++;
            int most = Arrays.stream(inFlight).max().orElseThrow();
            assertThat(most).as("of %d in flight", all)
                    .isLessThanOrEqualTo((int) Math.ceil(1.25 * all / BACKENDS));
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatOneCannotTakeIsSharedByTheOthers(Hashing.Algorithm algorithm) {
        Selector selector = selector(algorithm, names(BACKENDS), 1000, weights(BACKENDS, 1));
        int[] extra = new int[BACKENDS];
        for (int key = 0; key < KEYS; key++) {
            if (selector.pick(new Idle(), hash(key)) == 5) {
                Idle withoutFive = new Idle() {
                    @Override
                    public boolean accepts(int index) {
                        return index != 5;
                    }
                };
                extra[selector.pick(withoutFive, hash(key))]++;
            }
        }
        assertThat(extra[5]).isZero();
        assertThat(Arrays.stream(extra).filter(keys -> keys > 0).count()).isGreaterThan(10);
    }

    @ParameterizedTest
    @EnumSource
    void whenNobodyCanTakeItNobodyIsPicked(Hashing.Algorithm algorithm) {
        Selector selector = selector(algorithm, names(BACKENDS), 1.25, weights(BACKENDS, 1));
        assertThat(selector.pick(new Idle() {
            @Override
            public boolean accepts(int index) {
                return false;
            }
        }, hash(3))).isEqualTo(Selector.NONE);
    }

    private static class Idle implements Candidates {
        @Override
        public boolean accepts(int index) {
            return true;
        }

        @Override
        public double load(int index) {
            return 0;
        }

        @Override
        public double nanos(int index) {
            return 1;
        }
    }

    private static final class Busy extends Idle {
        private final int[] inFlight;

        Busy(int[] inFlight) {
            this.inFlight = inFlight;
        }

        @Override
        public double load(int index) {
            return inFlight[index];
        }
    }

    private static long hash(int key) {
        return Hash64.of("user-" + key);
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "http://10.0.0." + (i + 1) + ":9001").toList();
    }

    private static int[] weights(int count, int weight) {
        int[] weights = new int[count];
        Arrays.fill(weights, weight);
        return weights;
    }

    private static Selector selector(Hashing.Algorithm algorithm, List<String> names, double bound,
                                     int[] weights) {
        Balance balance = new Balance(Strategy.CONSISTENT_HASH,
                new Hashing(HashKey.CLIENT_ADDRESS, algorithm, bound), Optional.empty(), Optional.empty());
        return new Selectors(balance, names, weights).fresh(new SplittableRandom(1));
    }
}
