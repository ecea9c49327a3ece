package dev.gyre.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests stay in their zone, but no zone is asked for more than it can bear. */
class ZoneSpillTest {

    /** Backends of weight 1 in the zones a, b and c; what zone a's requests get there, in per cent. */
    @ParameterizedTest
    @CsvSource({
        "2 2 2, 100  0  0", "4 1 1, 100  0  0",
        // A third would be 5/3: a has 1 and keeps 60 %; b and c have a third each beyond it.
        "1 2 2, 60 20 20",
        // A third would be 2: a keeps half, all else goes to c, for b has nothing beyond its own.
        "1 2 3, 50 0 50",
        "0 2 2, 0 50 50", "0 1 3, 0 0 100",
        // b is out: its clients' third must fit in, too.
        "3 0 3, 100 0 0", "1 0 3, 75 0 25"
    })
    void whatTheZoneCannotBearSpillsOver(String backends, String percent) {
        int[] counts = ints(backends);
        double[] capacity = new double[Arrays.stream(counts).sum()];
        Arrays.fill(capacity, 1);
        List<String> zones = IntStream.range(0, 3).boxed()
                .flatMap(z -> Collections.nCopies(counts[z], "abc".substring(z, z + 1)).stream()).toList();
        double[] shares = ZonePreference.shares(capacity, zones, "a", 3);
        for (int z = 0; z < 3; z++) {
            double sum = 0;
            for (int i = 0; i < shares.length; i++) {
                sum += zones.get(i).equals("abc".substring(z, z + 1)) ? shares[i] : 0;
            }
            assertThat(sum * 100).as("to zone %d of %s", z, Arrays.toString(shares))
                    .isCloseTo(ints(percent)[z], within(0.01));
        }
    }

    /** Each zone sends by its own shares: together every backend is asked for the same. */
    @Test
    void togetherTheZonesFillEveryBackendAlike() {
        double[] capacity = {1, 1, 1, 1, 1, 2, 4};
        List<String> zones = List.of("a", "b", "b", "b", "c", "c", "c");
        double[] sum = new double[capacity.length];
        for (String own : List.of("a", "b", "c")) {
            double[] shares = ZonePreference.shares(capacity, zones, own, 3);
            for (int i = 0; i < sum.length; i++) {
                sum[i] += shares[i] / 3;
            }
        }
        double each = 1 / Arrays.stream(capacity).sum();
        for (int i = 0; i < sum.length; i++) {
            assertThat(sum[i]).as(Arrays.toString(sum)).isCloseTo(each * capacity[i], within(1e-9));
        }
    }

    private static int[] ints(String text) {
        return Arrays.stream(text.strip().split(" +")).mapToInt(Integer::parseInt).toArray();
    }
}
