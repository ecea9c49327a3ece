package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.cluster.ClockSkew.Reading;
import dev.gyre.cluster.ClusterHealth.ClockAhead;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** One clock that is ahead is found, and neither right ones nor late ones are blamed for it. */
class ClockSkewTest {

    private final ClockSkew skew = new ClockSkew(Duration.ofSeconds(60));

    private static Reading reading(String id, long seconds) {
        return new Reading(id, id.toUpperCase(Locale.ROOT), Duration.ofSeconds(seconds));
    }

    private List<String> ahead(Reading... readings) {
        return skew.ahead(List.of(readings)).stream().map(ClockAhead::id).toList();
    }

    @Test
    void oneOfThreeIsADayAhead() {
        assertThat(ahead(reading("a", 0), reading("b", 86_400), reading("c", 1))).containsExactly("b");
    }

    @Test
    void seenFromTheOneThatIsAheadItIsThatOneToo() {
        List<Reading> readings = List.of(reading("a", -86_400), reading("b", 0), reading("c", -86_399));
        assertThat(skew.ahead(readings)).extracting(ClockAhead::id).containsExactly("b");
        assertThat(skew.trouble("b", readings)).hasValue("this node's clock is 1d ahead of node C (at"
                + " most 1m are allowed, cluster.maxClockSkew): set it right");
        assertThat(skew.trouble("a", readings)).isEmpty();
    }

    @Test
    void ofTwoTheLaterOneIsAhead() {
        assertThat(ahead(reading("a", 0), reading("b", 61))).containsExactly("b");
        assertThat(ahead(reading("a", 0), reading("b", 60))).isEmpty();
        assertThat(ahead(reading("a", 0), reading("b", -61))).containsExactly("a");
    }

    @Test
    void oneThatIsBehindBlamesNobody() {
        assertThat(ahead(reading("a", 0), reading("b", -86_400), reading("c", 1))).isEmpty();
    }

    @Test
    void aNodeOnItsOwnIsRight() {
        assertThat(ahead(reading("a", 0))).isEmpty();
    }
}
