package dev.gyre.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MisleadingAdviceTest {

    private static final BackendId ID = new BackendId("web", new BackendUrl("10.0.0.5", 9001));
    private static final String FULL =
            "web/http://10.0.0.5:9001: all 100 connections busy, 37 requests waiting, median wait 12ms; ";

    @Test
    void refusedRequestsCountLikeServedOnes() {
        assertThat(Saturation.sentence(window(500, 6_000, 200, 12))).isEqualTo(FULL
                + "at 6,500 requests/s and 200ms it needs about 1,300");
    }

    @Test
    void aRateHeldDownByTheFullPoolItselfIsMadeUpForByTheWait() {
        PoolWindow closedLoop = new PoolWindow(ID, 100, 100, 100, 900, Duration.ofMillis(1_800), 500, 0,
                Duration.ofMillis(200), Duration.ofMillis(1_800));
        assertThat(Saturation.sentence(closedLoop)).isEqualTo("web/http://10.0.0.5:9001: all 100 connections"
                + " busy, 900 requests waiting, median wait 1.8s;"
                + " at 500 requests/s of 200ms each after 1.8s of waiting it needs about 1,000");
    }

    @Test
    void waitAndRefusalsTogetherAreBothNamed() {
        assertThat(Saturation.sentence(window(500, 2_000, 200, 1_000))).isEqualTo(FULL
                + "at 500 requests/s of 200ms each after 1s of waiting, and 2,000/s refused,"
                + " it needs about 1,000");
    }

    @Test
    void aShareOfTheClustersLimitIsCalledOne() {
        PoolWindow share = new PoolWindow(ID, 34, 100, 34, 5, Duration.ofMillis(12), 200, 0,
                Duration.ofMillis(200), Duration.ZERO);
        assertThat(Saturation.sentence(share)).isEqualTo("web/http://10.0.0.5:9001: all 34 connections (this"
                + " node's share of 100) busy, 5 requests waiting, median wait 12ms;"
                + " at 200 requests/s and 200ms it needs about 40 on this node");
        PoolWindow none = new PoolWindow(ID, 0, 100, 0, 5, Duration.ZERO, 0, 0, Duration.ZERO, Duration.ZERO);
        assertThat(Saturation.sentence(none)).startsWith("web/http://10.0.0.5:9001: no connection (this"
                + " node's share of 100), 5 requests waiting");
    }

    @Test
    void withoutAnAnswerNoSizeIsTold() {
        String nothingFinished = "no request was finished meanwhile, so the needed size is unknown: see"
                + " whether the backend answers at all";
        assertThat(Saturation.sentence(window(0, 0, 0, 0))).isEqualTo(FULL + nothingFinished);
        assertThat(Saturation.sentence(window(0, 50, 0, 0))).isEqualTo(FULL + nothingFinished);
    }

    @Test
    void aNeedThatThePoolMeetsByTheFiguresIsStillMoreThanThePool() {
        assertThat(Saturation.sentence(window(450, 0, 200, 0))).isEqualTo(FULL
                + "at 450 requests/s and 200ms it needs a little more than that, say 110");
    }

    @Test
    void neverNamesTheSizeItHasOrLess() {
        Random random = new Random(5);
        for (int i = 0; i < 100_000; i++) {
            int max = 1 + random.nextInt(i % 2 == 0 ? 30 : 200_000);
            PoolWindow window = new PoolWindow(ID, max, max, max, 1, Duration.ZERO,
                    0.1 + random.nextDouble() * max * 4, random.nextBoolean() ? 0 : random.nextDouble() * max,
                    Duration.ofMillis(random.nextInt(500)), Duration.ofMillis(random.nextInt(500)));
            String sentence = Saturation.sentence(window);
            long size = Long.parseLong(sentence.replaceAll(".* ", "").replace(",", ""));
            assertThat(size).as(sentence).isGreaterThan(max);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            # per second | about
              506         | 110
              550         | 110
              551         | 110
              560         | 120
              4960        | 1,000
              4999        | 1,000
              5000        | 1,000
              5040        | 1,000
              5060        | 1,100
              6500        | 1,300
              50000       | 10,000
              61000       | 13,000
            """)
    void theSizeIsRoundedUpToTwoDigitsUnlessItIsNearly(int perSecond, String about) {
        assertThat(Saturation.sentence(window(perSecond, 0, 200, 0))).endsWith(" about " + about);
    }

    @Test
    void smallNumbersReadWell() {
        PoolWindow one = new PoolWindow(ID, 1, 1, 1, 1, Duration.ofMillis(3), 0.5, 0.25,
                Duration.ofSeconds(4), Duration.ZERO);
        assertThat(Saturation.sentence(one)).isEqualTo("web/http://10.0.0.5:9001: its only connection busy,"
                + " 1 request waiting, median wait 3ms; at 0.75 requests/s and 4s it needs about 3");
        PoolWindow partly = new PoolWindow(ID, 1_000, 1_000, 998, 0, Duration.ZERO, 9_000, 0,
                Duration.ofMillis(200), Duration.ZERO);
        assertThat(Saturation.sentence(partly)).isEqualTo("web/http://10.0.0.5:9001: 998 of 1,000 connections"
                + " busy, 0 requests waiting, median wait 0s;"
                + " at 9,000 requests/s and 200ms it needs about 1,800");
    }

    @Test
    void theMachinesLanguageChangesNothing() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.GERMANY);
        try {
            refusedRequestsCountLikeServedOnes();
            aRateHeldDownByTheFullPoolItselfIsMadeUpForByTheWait();
        } finally {
            Locale.setDefault(before);
        }
    }

    private static PoolWindow window(double served, double refused, int serviceMs, int meanWaitMs) {
        return new PoolWindow(ID, 100, 100, 100, 37, Duration.ofMillis(12), served, refused,
                Duration.ofMillis(serviceMs), Duration.ofMillis(meanWaitMs));
    }
}
