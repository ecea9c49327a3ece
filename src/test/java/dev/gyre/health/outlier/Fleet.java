package dev.gyre.health.outlier;

import dev.gyre.health.Verdicts;
import dev.gyre.health.Verdicts.Source;
import dev.gyre.model.AnswerTimes;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Condition;
import dev.gyre.model.Condition.State;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.Failure;
import dev.gyre.model.FailureStreak;
import dev.gyre.model.Origin;
import dev.gyre.model.Outcome;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import dev.gyre.model.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The backends of service "web", numbered from 0, under an ejector whose time the test steps. */
final class Fleet {

    private static final Duration SAMPLE = Duration.ofMillis(250);
    /** After so long without requests the pools do not name a backend any more. */
    private static final Duration QUIET = Duration.ofSeconds(15);

    /** What the pools would have counted. */
    private static final class Count {
        private long requests;
        private long failures;
        private long answers;
        private long waiting;
        private int row;
        private long stirred;
        private final int[] times = new int[AnswerTimes.BUCKETS];
    }

    private final List<Count> counts = new ArrayList<>();
    private final Verdicts verdicts = new Verdicts(backendHealth -> current = backendHealth, Runnable::run);
    private BackendHealth current = BackendHealth.UNKNOWN;
    /** Shortly before the clock of a process overflows. */
    private long now = Long.MAX_VALUE - Duration.ofSeconds(7).toNanos();
    private long since;
    private final Ejector ejector = new Ejector(verdicts, () -> now,
            () -> Instant.EPOCH.plusNanos(since));

    Fleet(int size, EjectionPolicy policy) {
        IntStream.range(0, size).forEach(i -> {
            counts.add(new Count());
            stir(i);
        });
        show(policy);
        pass(SAMPLE);
    }

    void show(EjectionPolicy ejection) {
        List<Backend> backends = IntStream.range(0, counts.size())
                .mapToObj(i -> new Backend(id(i).url(), 1, false, Origin.CONFIG)).toList();
        Service web = new Service("web", ServicePolicy.DEFAULT.with(ejection), backends, Origin.CONFIG);
        Topology topology = new Topology(Map.of("web", web), List.of(), "1");
        verdicts.apply(topology);
        ejector.apply(topology);
    }

    private static BackendId id(int number) {
        return new BackendId("web", new BackendUrl("10.0.0." + number, 80));
    }

    /** Answers well so many times, each after so long. */
    void good(int number, int times, Duration each) {
        Count count = stir(number);
        count.requests += times;
        count.answers += times;
        count.times[AnswerTimes.bucket(each.toNanos())] += times;
        count.row = 0;
    }

    void good(int number, int times) {
        good(number, times, Duration.ofMillis(5));
    }

    void allGood(int times) {
        IntStream.range(0, counts.size()).forEach(number -> good(number, times));
    }

    /** Fails a request that has just begun. */
    void fail(int number) {
        fail(number, Duration.ZERO);
    }

    /** Fails so many, one after the other. */
    void fail(int number, int times) {
        IntStream.range(0, times).forEach(i -> fail(number));
    }

    /** Fails a request that began so long ago. */
    void fail(int number, Duration ago) {
        doubtful(number);
        FailureStreak streak = new FailureStreak(id(number), ++counts.get(number).row, now - ago.toNanos(),
                new Outcome.Failed(Failure.CONNECT_REFUSED));
        if (ejector.mustReport(streak)) {
            ejector.failed(streak);
        }
    }

    /** Answers with a 500. */
    void doubtful(int number) {
        Count count = stir(number);
        count.requests++;
        count.failures++;
    }

    /** Gets so many requests that it does not answer; fewer than none: it is rid of them. */
    void wait(int number, int times) {
        stir(number).waiting += times;
    }

    private Count stir(int number) {
        Count count = counts.get(number);
        count.stirred = now;
        return count;
    }

    /** Probes find it to be down. */
    void probedDown(int number) {
        verdicts.set(Source.PROBES, id(number), new Condition(State.DOWN, "probe", Instant.EPOCH));
    }

    /** Time passes, with a sample every 250 ms. */
    void pass(Duration time) {
        pass(time, () -> { });
    }

    /** The same, with something that happens before each sample. */
    void pass(Duration time, Runnable meanwhile) {
        for (Duration left = time; !left.isNegative() && !left.isZero(); left = left.minus(SAMPLE)) {
            meanwhile.run();
            now += SAMPLE.toNanos();
            since += SAMPLE.toNanos();
            Map<BackendId, Traffic> traffic = new HashMap<>();
            for (int i = 0; i < counts.size(); i++) {
                Count count = counts.get(i);
                if (count.waiting == 0 && now - count.stirred > QUIET.toNanos()) {
                    continue;
                }
                traffic.put(id(i), new Traffic(count.requests, count.failures, count.answers, count.waiting,
                        count.times.clone()));
            }
            ejector.sample(traffic);
        }
    }

    List<Integer> ejected() {
        return IntStream.range(0, counts.size()).filter(number -> !current.healthy(id(number))
                && condition(number).state() == State.EJECTED).boxed().toList();
    }

    /** Those that were ejected at any time. */
    List<Integer> everEjected() {
        return IntStream.range(0, counts.size()).filter(number -> !ejections(number).isEmpty()).boxed()
                .toList();
    }

    Condition condition(int number) {
        return current.of(id(number)).orElseThrow();
    }

    /** For how long the backend is ejected, as told to those who ask. */
    Duration backoff(int number) {
        return Duration.between(condition(number).since(), condition(number).until().orElseThrow());
    }

    Map<EjectionCause, Long> ejections(int number) {
        return ejector.ejections().getOrDefault(id(number), Map.of());
    }
}
