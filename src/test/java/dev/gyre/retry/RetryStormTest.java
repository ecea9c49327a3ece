package dev.gyre.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.RetryPolicy.Budget;
import dev.gyre.model.RetryStats;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Retries must not finish off who is down: a dead service may see a fifth more than its clients ask, at any
 * rate, for as long as it lasts and while it comes back. Time is stepped.
 */
class RetryStormTest {

    private static final long SECOND = 1_000_000_000;
    private static final Budget DEFAULT = new Budget(0.2, 3);

    private final ServiceRetries service = new ServiceRetries("web", 2, DEFAULT, 0);
    private long now;

    /** A second of so many requests, all of which fail and ask for so many retries each; those granted. */
    private int second(int requests, int retriesEach) {
        int granted = 0;
        for (int i = 0; i < requests; i++) {
            now += SECOND / requests;
            service.on(i % 2).requested();
            for (int retry = 0; retry < retriesEach; retry++) {
                granted += service.on(i % 2).payRetry(now) ? 1 : 0;
            }
        }
        service.sample(now);
        return granted;
    }

    @Test
    void aServiceThatIsDeadForLongSeesAFifthMoreThanIsAsked() {
        for (int i = 0; i < 20; i++) {
            second(1000, 0);
        }
        List<Integer> granted = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            granted.add(second(1000, 2));
        }
        int savings = 10 * (200 + 3);
        assertThat(granted.get(0) + granted.get(1)).as("ten seconds' worth is spent first")
                .isBetween(savings, savings + 2 * 203);
        assertThat(granted.subList(3, 40)).as("and then there is no second burst")
                .allSatisfy(retries -> assertThat(retries).isBetween(200, 206));
    }

    @Test
    void whatWasSavedLongAgoIsGone() {
        for (int i = 0; i < 10; i++) {
            second(1000, 0);
        }
        for (int i = 0; i < 11; i++) {
            second(10, 0);
        }
        assertThat(second(100, 10)).isBetween(10 * (2 + 3), 10 * (2 + 3) + 100 * 2 / 10 + 5);
    }

    @Test
    void aQuietServiceMayRetryAFewTimesASecond() {
        assertThat(second(1, 100)).as("at first").isEqualTo(30);
        assertThat(second(1, 100)).isEqualTo(3);
    }

    @Test
    void aBudgetOfNothingAllowsNothing() {
        service.adopt(new Budget(0, 0));
        assertThat(second(1000, 1)).isZero();
    }

    @Test
    void everyDecisionIsCounted() {
        int granted = second(100, 2);
        assertThat(service.on(0).payHedge(now)).isFalse();
        RetryStats stats = service.stats();
        assertThat(stats.requests()).isEqualTo(100);
        assertThat(stats.retried()).isEqualTo(granted);
        assertThat(stats.refused()).isEqualTo(200 - granted + 1);
        assertThat(stats.hedged()).isZero();
        second(100, 0);
        assertThat(service.on(0).payHedge(now)).isTrue();
        assertThat(service.stats().hedged()).isEqualTo(1);
    }

    @Test
    void onlyTheFlipIsLogged() {
        PrintStream err = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            for (int i = 0; i < 12; i++) {
                second(100, 2);
            }
            for (int i = 0; i < 12; i++) {
                second(100, 0);
            }
        } finally {
            System.setErr(err);
        }
        assertThat(log.toString(StandardCharsets.UTF_8).lines()
                .filter(line -> line.contains("gyre.retry"))).satisfiesExactly(
                first -> assertThat(first)
                        .contains("web: the retry budget of 20 % of requests and 3/s is spent"),
                last -> assertThat(last).contains("web: the retry budget has recovered, "
                        + service.stats().refused() + " retries were refused meanwhile"));
    }

    @Test
    void theSlowestTwentiethIsKnownAndThePastFades() {
        LoopRetries loop = service.on(0);
        assertThat(loop.p95Nanos()).isEqualTo(Long.MAX_VALUE);
        for (int i = 0; i < 10_000; i++) {
            loop.answered((i % 100 + 1) * 1_000_000L);
        }
        assertThat(loop.p95Nanos() / 1e6).isBetween(90.0, 102.0);
        for (int i = 0; i < 10_000; i++) {
            loop.answered(1_000_000);
        }
        assertThat(loop.p95Nanos() / 1e6).isBetween(1.0, 1.07);
    }
}
