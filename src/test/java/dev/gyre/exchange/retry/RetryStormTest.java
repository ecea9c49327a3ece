package dev.gyre.exchange.retry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.RetryPolicy.Budget;
import dev.gyre.model.RetryStats;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Retries must not finish off who is down: a dead service may see a fifth more than its clients ask, and no
 * more than three tenths in any second, at any rate and for as long as it lasts. Time is stepped.
 */
class RetryStormTest {

    private static final long SECOND = 1_000_000_000;
    private static final long STEP = SECOND / 100;
    private static final int STEPS = 100;
    private static final int LOOPS = 4;
    private static final Budget DEFAULT = new Budget(0.2, 3);

    private final ServiceRetries service = new ServiceRetries("web", LOOPS, DEFAULT, 0);
    private long now;

    /** What came and what was granted in each step of a hundredth of a second. */
    private final class Run {

        private final int[] requests;
        private final int[] retries;
        private int refused;
        private double due;

        Run(int seconds) {
            requests = new int[seconds * STEPS];
            retries = new int[seconds * STEPS];
        }

        /** Each request is sent, on any loop, and fails with this chance, as does each retry. */
        void seconds(int from, int to, double rate, double failing, RandomGenerator dice) {
            for (int step = from * STEPS; step < to * STEPS; step++) {
                due += rate / STEPS;
                for (; due >= 1; due--) {
                    now = step * STEP + (long) (STEP * (1 - due / (due + 1)));
                    one(step, failing, dice);
                }
                now = (step + 1) * STEP;
                if (now % SECOND == 0) {
                    service.sample(now);
                }
            }
        }

        private void one(int step, double failing, RandomGenerator dice) {
            LoopRetries loop = service.on(dice.nextInt(LOOPS));
            loop.requested();
            requests[step]++;
            for (int tries = 1; tries < 3 && dice.nextDouble() < failing; tries++) {
                if (!loop.payRetry(now)) {
                    refused++;
                    return;
                }
                retries[step]++;
            }
        }

        double most(int seconds, int from) {
            double most = 0;
            for (int begin = from * STEPS; begin + seconds * STEPS <= requests.length; begin++) {
                double asked = sum(requests, begin, seconds);
                most = Math.max(most, 1 + sum(retries, begin, seconds) / asked);
            }
            return most;
        }

        private int sum(int[] of, int begin, int seconds) {
            int sum = 0;
            for (int i = begin; i < begin + seconds * STEPS; i++) {
                sum += of[i];
            }
            return sum;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1_000, 10_000})
    void aDeadServiceSeesLittleMoreThanIsAsked(int rate) {
        Run run = new Run(60);
        SplittableRandom dice = new SplittableRandom(rate);
        run.seconds(0, 20, rate, 0, dice);
        run.seconds(20, 60, rate, 1, dice);
        assertThat(run.most(1, 10)).as("in any second").isBetween(1.25, 1.3);
        assertThat(run.most(10, 10)).as("over any ten").isBetween(1.15, 1.2);
        assertThat(run.sum(run.retries, 59 * STEPS, 1)).as("and then there is no second burst")
                .isBetween((int) (rate * 0.15), (int) (rate * 0.17) + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1_000, 10_000})
    void aServiceThatComesBackAndDiesAgainIsNoDifferent(int rate) {
        Run run = new Run(60);
        SplittableRandom dice = new SplittableRandom(rate);
        for (int at = 0; at < 60; at += 3) {
            run.seconds(at, at + 1, rate, 0, dice);
            run.seconds(at + 1, at + 3, rate, 1, dice);
        }
        assertThat(run.most(1, 1)).isLessThanOrEqualTo(1.3);
        assertThat(run.most(10, 1)).isLessThanOrEqualTo(1.2);
    }

    /** Until it is ejected every fourth request meets the dead one, after all that were under way there. */
    @ParameterizedTest
    @CsvSource({"100, 20", "1000, 200", "10000, 2000"})
    void oneOfFourDeadCostsNothing(int rate, int underWay) {
        Run run = new Run(13);
        SplittableRandom dice = new SplittableRandom(rate);
        run.seconds(0, 10, rate, 0, dice);
        for (int i = 0; i < underWay; i++) {
            assertThat(service.on(i % LOOPS).payRetry(now)).as("of those under way").isTrue();
        }
        long begun = now;
        int failed = 0;
        for (int i = 0; i < rate / 5; i++) {
            now = begun + i * SECOND / rate;
            service.on(i % LOOPS).requested();
            failed += i % 4 == 0 && !service.on(i % LOOPS).payRetry(now) ? 1 : 0;
        }
        assertThat(failed).as("in the fifth of a second until its ejection").isZero();
    }

    @Test
    void oneOfFourDeadCostsNothingForSomeSecondsAlsoWhenNobodyEjectsIt() {
        Run run = new Run(15);
        SplittableRandom dice = new SplittableRandom(7);
        run.seconds(0, 10, 1000, 0, dice);
        int failed = 0;
        for (int i = 0; i < 2500; i++) {
            now += SECOND / 1000;
            service.on(i % LOOPS).requested();
            failed += i % 4 == 0 && !service.on(i % LOOPS).payRetry(now) ? 1 : 0;
        }
        assertThat(failed).isZero();
    }

    @Test
    void whatWasSavedAtAHigherRateIsGone() {
        Run run = new Run(20);
        SplittableRandom dice = new SplittableRandom(7);
        run.seconds(0, 10, 1000, 0, dice);
        run.seconds(10, 12, 100, 0, dice);
        run.seconds(12, 20, 100, 1, dice);
        assertThat(run.most(1, 12)).isLessThanOrEqualTo(1.3);
    }

    private int granted(int asked) {
        int granted = 0;
        for (int i = 0; i < asked; i++) {
            granted += service.on(i % LOOPS).payRetry(now) ? 1 : 0;
        }
        return granted;
    }

    @Test
    void aQuietServiceMayRetryAFewTimesASecond() {
        assertThat(granted(100)).as("five seconds' worth at first").isEqualTo(15);
        now += 2 * SECOND;
        assertThat(granted(100)).as("and three a second").isEqualTo(6);
        now += 100 * SECOND;
        assertThat(granted(100)).as("no more is saved").isEqualTo(15);
    }

    @Test
    void aBudgetOfNothingAllowsNothing() {
        service.adopt(new Budget(0, 0));
        Run run = new Run(3);
        run.seconds(0, 3, 1000, 1, new SplittableRandom(1));
        assertThat(run.sum(run.retries, 0, 3)).isZero();
    }

    @Test
    void everyDecisionIsCounted() {
        Run run = new Run(2);
        run.seconds(0, 1, 100, 1, new SplittableRandom(1));
        assertThat(service.on(0).payHedge(now)).isFalse();
        RetryStats stats = service.stats();
        assertThat(stats.retried()).isEqualTo(run.sum(run.retries, 0, 1));
        assertThat(stats.refused()).isEqualTo(run.refused + 1);
        assertThat(stats.hedged()).isZero();
        now += 2 * SECOND;
        assertThat(service.on(0).payHedge(now)).isTrue();
        assertThat(service.stats().hedged()).isEqualTo(1);
    }

    @Test
    void onlyTheFlipIsLogged() {
        PrintStream err = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try {
            Run run = new Run(24);
            run.seconds(0, 12, 100, 1, new SplittableRandom(1));
            run.seconds(12, 24, 100, 0, new SplittableRandom(1));
        } finally {
            System.setErr(err);
        }
        assertThat(log.toString(StandardCharsets.UTF_8).lines()
                .filter(line -> line.contains("gyre.retry"))).satisfiesExactly(
                first -> assertThat(first)
                        .contains("retry budget spent service=web ratio=0.2 per_second=3: "),
                last -> assertThat(last).endsWith("retry budget recovered service=web refused="
                        + service.stats().refused()));
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
