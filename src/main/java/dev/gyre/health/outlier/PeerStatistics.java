package dev.gyre.health.outlier;

import dev.gyre.model.AnswerTimes;
import dev.gyre.model.EjectionPolicy;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Medians over a service's backends at one moment: what affects most of them, such as a jittery network or a
 * shared database, is no single backend's fault. Every median is the lower one, so that of two backends the
 * better one sets the measure.
 */
final class PeerStatistics {

    /** If only two differ, either may be the normal one. */
    private static final int ENOUGH_TO_COMPARE = 3;

    private record Timed(long answers, Duration median) {
    }

    private final double failing;
    private final long silentNanos;
    private final Optional<Duration> answerTime;
    private final Optional<Duration> comparable;

    PeerStatistics(Collection<OutlierState> all, EjectionPolicy policy, long nowNanos) {
        List<Double> shares = all.stream()
                .filter(one -> one.window().requests(nowNanos) >= policy.requests())
                .map(one -> one.failing(nowNanos)).toList();
        Stream<Long> silences = all.stream().map(one -> one.silentNanos(nowNanos));
        // A comparison needs a second backend.
        failing = shares.size() < 2 ? 0 : median(shares.stream()).orElse(0.0);
        silentNanos = median(silences).orElse(0L);
        // To add up the times of all of a large service is dear, and nobody asks for them as a rule.
        boolean wanted = policy.latency().isPresent()
                || all.stream().anyMatch(one -> one.silentNanos(nowNanos) >= OutlierDetector.SILENCE_NANOS);
        List<Timed> timed = wanted ? all.stream().map(one -> one.window().times(nowNanos))
                .map(times -> new Timed(AnswerTimes.sum(times), AnswerTimes.median(times)))
                .filter(one -> one.answers() > 0).toList() : List.of();
        List<Timed> enough = timed.stream().filter(one -> one.answers() >= policy.requests()).toList();
        answerTime = median(timed.stream().map(Timed::median));
        comparable = enough.size() < ENOUGH_TO_COMPARE ? Optional.empty()
                : median(enough.stream().map(Timed::median));
    }

    /** The median share of failures, of those with enough requests to tell; 0 where these are no two. */
    double failing() {
        return failing;
    }

    /** The median of how long no answer has begun; of an idle backend that is no time. */
    long silentNanos() {
        return silentNanos;
    }

    /** The median of the median times to answer; empty while nobody has answered, or nothing is silent. */
    Optional<Duration> answerTime() {
        return answerTime;
    }

    /** The same, of those with enough answers; empty while these are too few to compare. */
    Optional<Duration> comparableAnswerTime() {
        return comparable;
    }

    private static <T extends Comparable<T>> Optional<T> median(Stream<T> values) {
        List<T> sorted = values.sorted().toList();
        return sorted.isEmpty() ? Optional.empty() : Optional.of(sorted.get((sorted.size() - 1) / 2));
    }
}
