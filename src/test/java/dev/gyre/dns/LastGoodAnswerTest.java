package dev.gyre.dns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.ResolverSettings;
import dev.gyre.dns.Reply.Answer;
import dev.gyre.dns.Reply.Found;
import dev.gyre.dns.Reply.None;
import dev.gyre.model.AddressFamily;
import dev.gyre.model.RetryPolicy.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What stays known of a name, whatever servers say or do not say. */
class LastGoodAnswerTest {

    private static final ResolverSettings SETTINGS = new ResolverSettings(List.of(), Duration.ofSeconds(1),
            Duration.ofSeconds(5), Duration.ofSeconds(60),
            new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(30)), AddressFamily.ALL);
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static Instant at(int seconds) {
        return START.plusSeconds(seconds);
    }

    private static Answer found(int ttl, String... addresses) {
        return new Found(List.of(addresses), Duration.ofSeconds(ttl));
    }

    private static Answer none(LookupFailure failure) {
        return new None(failure, failure + " from 10.0.0.53:53");
    }

    private static Map<RecordType, Answer> answers(Answer v4, Answer v6) {
        return Map.of(RecordType.A, v4, RecordType.AAAA, v6);
    }

    private static Resolution good() {
        return Resolution.nothing(START)
                .after(answers(found(30, "10.0.0.1", "10.0.0.2"), found(20, "fd00::1")),
                at(1));
    }

    @Test
    void aGoodAnswerIsWhatHolds() {
        assertThat(good().texts()).containsExactly("10.0.0.1", "10.0.0.2", "fd00::1");
        assertThat(good().failing()).isEmpty();
        assertThat(good().ttl()).contains(Duration.ofSeconds(20));
        Resolution next = good()
                .after(answers(found(30, "10.0.0.2", "10.0.0.3"), none(LookupFailure.EMPTY)), at(2));
        assertThat(next.texts()).containsExactly("10.0.0.2", "10.0.0.3");
        assertThat(next.failing()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void noFailureTakesAnAddressAway(LookupFailure failure) {
        Resolution failed = good().after(answers(none(failure), none(failure)), at(5));
        assertThat(failed.good()).isEqualTo(good().good());
        assertThat(failed.failing()).contains(failure + " from 10.0.0.53:53");
        assertThat(failed.since()).isEqualTo(at(5));
        Resolution still = failed.after(answers(none(LookupFailure.TIMEOUT), none(failure)), at(9));
        assertThat(still.since()).as("the flip, not the latest failure").isEqualTo(at(5));
        Resolution again = still.after(answers(found(30, "10.0.0.9"), none(LookupFailure.EMPTY)), at(12));
        assertThat(again.texts()).containsExactly("10.0.0.9");
        assertThat(again.failing()).isEmpty();
        assertThat(again.since()).isEqualTo(at(12));
    }

    @Test
    void ofTwoFamiliesEachKeepsItsOwn() {
        Resolution half = good().after(answers(found(30, "10.0.0.7"), none(LookupFailure.SERVFAIL)), at(5));
        assertThat(half.texts()).containsExactly("10.0.0.7", "fd00::1");
        assertThat(half.failing()).as("nobody knows whether fd00::1 is still right").isPresent();
        Resolution never = Resolution.nothing(START)
                .after(answers(found(30, "10.0.0.7"), none(LookupFailure.TIMEOUT)), at(5));
        assertThat(never.failing()).as("nothing that could be wrong is kept").isEmpty();
        assertThat(never.failures()).as("but it is asked for again soon").isEqualTo(1);
    }

    @Test
    void whatComesLaterBeginsWhenItComes() {
        Resolution next = good()
                .after(answers(found(30, "10.0.0.2", "10.0.0.3"), none(LookupFailure.EMPTY)), at(7));
        assertThat(next.addresses()).containsExactly(new ResolvedAddress("10.0.0.2", Optional.empty()),
                new ResolvedAddress("10.0.0.3", Optional.of(at(7))));
        Resolution back =
                next.after(answers(found(30, "10.0.0.1", "10.0.0.3"), none(LookupFailure.EMPTY)), at(9));
        assertThat(back.addresses()).as("one that was gone is new").containsExactly(
                new ResolvedAddress("10.0.0.1", Optional.of(at(9))),
                        new ResolvedAddress("10.0.0.3", Optional.of(at(7))));
    }

    @Test
    void itIsAskedAnewByTheTtlWithinBounds() {
        assertThat(pause(found(20, "10.0.0.1"))).isEqualTo(Duration.ofSeconds(20));
        assertThat(pause(found(0, "10.0.0.1"))).isEqualTo(Duration.ofSeconds(5));
        assertThat(pause(found(86_400, "10.0.0.1"))).isEqualTo(Duration.ofSeconds(60));
    }

    private static Duration pause(Answer v4) {
        Resolution known = Resolution.nothing(START).after(Map.of(RecordType.A, v4), at(1));
        return LookupDelay.before(known, SETTINGS, new Random(1));
    }

    @Test
    void afterFailuresItIsAskedLaterAndLaterButNeverTooLate() {
        Random dice = new Random(1);
        Resolution known = good();
        long[] most = {1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000};
        for (long ceiling : most) {
            known = known.after(answers(none(LookupFailure.TIMEOUT), none(LookupFailure.TIMEOUT)), at(5));
            Resolution failed = known;
            assertThat(IntStream.range(0, 200).mapToLong(i ->
                    LookupDelay.before(failed, SETTINGS, dice).toMillis()).distinct().boxed())
                    .allMatch(millis -> millis >= ceiling / 2 && millis <= ceiling)
                    .as("not all at the same moment").hasSizeGreaterThan(50);
        }
        for (int i = 0; i < 100; i++) {
            known = known.after(answers(none(LookupFailure.TIMEOUT), none(LookupFailure.TIMEOUT)), at(5));
        }
        assertThat(LookupDelay.before(known, SETTINGS, dice)).isBetween(Duration.ofSeconds(15),
                Duration.ofSeconds(30));
    }

    @Test
    void halfAnAnswerIsAskedAnewByWhicheverComesFirst() {
        Resolution known = good();
        for (int i = 0; i < 6; i++) {
            known = known.after(answers(found(7, "10.0.0.1"), none(LookupFailure.TIMEOUT)), at(5));
        }
        assertThat(LookupDelay.before(known, SETTINGS, new Random(1))).isEqualTo(Duration.ofSeconds(7));
    }
}
