package dev.gyre.health.outlier;

import dev.gyre.health.Verdicts;
import dev.gyre.health.Verdicts.Source;
import dev.gyre.model.BackendId;
import dev.gyre.model.Condition;
import dev.gyre.model.Condition.State;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.FailureStreak;
import dev.gyre.model.Fitness;
import dev.gyre.model.Service;
import dev.gyre.model.ServiceChange;
import dev.gyre.model.Topology;
import dev.gyre.model.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ejects backends that fail requests, by what this node alone sees of them: a row of failures at once, what
 * only shows in figures with the next sample. To be used by one thread, but for {@link #wants} and
 * {@link #ejections}.
 */
public final class Ejector {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.health");

    private final Verdicts verdicts;
    private final LongSupplier nanos;
    private final InstantSource wall;
    private final Map<String, EjectionGroup> groups = new HashMap<>();
    private final Map<BackendId, OutlierState> suspects = new HashMap<>();
    private final Map<BackendId, Map<EjectionCause, Long>> ejections = new ConcurrentHashMap<>();
    private final Map<String, EjectionPolicy> policies = new ConcurrentHashMap<>();
    /** Those that are ejected or watched: a verdict on them ends, or is renewed, without any request. */
    private final Set<OutlierState> onRecord = new LinkedHashSet<>();
    private Topology shown = Topology.empty();
    private volatile Set<BackendId> watched = Set.of();

    /** @param nanos the clock of {@link System#nanoTime}, by which failures are dated */
    public Ejector(Verdicts verdicts, LongSupplier nanos, InstantSource wall) {
        this.verdicts = verdicts;
        this.nanos = nanos;
        this.wall = wall;
    }

    /** These are the services from now on; a backend that stays keeps what is known of it. */
    public void show(Topology topology) {
        ServiceChange.between(shown, topology).forEach(this::show);
        shown = topology;
    }

    private void show(ServiceChange change) {
        change.left().forEach(this::forget);
        if (change.after().isEmpty()) {
            groups.remove(change.name());
            policies.remove(change.name());
            return;
        }
        long now = nanos.getAsLong();
        Service service = change.after().get();
        EjectionPolicy policy = service.policy().ejection();
        EjectionGroup group =
                groups.computeIfAbsent(service.name(), name -> new EjectionGroup(name, policy, now));
        group.show(service, backend ->
                suspects.computeIfAbsent(service.id(backend), unknown -> new OutlierState(unknown, now)));
        policies.put(service.name(), policy);
    }

    private void forget(BackendId gone) {
        Optional.ofNullable(suspects.remove(gone)).ifPresent(onRecord::remove);
        ejections.remove(gone);
    }

    /** This failure is to be reported by {@link #failed}; most are not. Thread-safe, and quick. */
    public boolean wants(FailureStreak streak) {
        EjectionPolicy policy = policies.get(streak.backend().service());
        return policy != null && policy.max() > 0
                && (streak.length() % policy.failures() == 0 || watched.contains(streak.backend()));
    }

    /** A backend has failed once more. */
    public void failed(FailureStreak streak) {
        EjectionGroup group = groups.get(streak.backend().service());
        OutlierState suspect = suspects.get(streak.backend());
        if (group != null && group.members().contains(suspect) && !suspect.term().ejected()) {
            OutlierDetector.of(streak, suspect, group.peers(), group.policy())
                    .ifPresent(offence -> eject(group, suspect, offence));
        }
    }

    /**
     * What the traffic so far comes to, to be told several times a second; of a backend that is not named
     * nothing has changed.
     */
    public void sample(Map<BackendId, Traffic> traffic) {
        long now = nanos.getAsLong();
        Stream.concat(traffic.keySet().stream(), onRecord.stream().map(OutlierState::id))
                .map(BackendId::service)
                .distinct().toList().forEach(name -> Optional.ofNullable(groups.get(name))
                        .ifPresent(group -> sample(group, traffic, now)));
        releaseTheLast(now);
        onRecord.removeIf(one -> !one.term().ejected() && !one.term().watched());
        watched = onRecord.stream().filter(one -> one.term().watched()).map(OutlierState::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    private void sample(EjectionGroup group, Map<BackendId, Traffic> traffic, long now) {
        group.members().forEach(one -> Optional.ofNullable(traffic.get(one.id()))
                .ifPresent(seen -> one.see(now, seen, group.policy())));
        PeerStatistics peers = group.compare(now);
        group.members().forEach(one -> judge(group, one, peers, now));
    }

    /** One that fails some requests is better than those that probes have found to be down meanwhile. */
    private void releaseTheLast(long now) {
        List<EjectionGroup> some = onRecord.stream().map(one -> one.id().service()).distinct()
                .flatMap(name -> Optional.ofNullable(groups.get(name)).stream())
                .filter(group -> group.ejected() > 0).toList();
        if (!some.isEmpty()) {
            Fitness fitness = verdicts.fitness();
            some.stream().filter(group -> group.nobodyFit(fitness)).flatMap(group -> group.members().stream())
                    .filter(one -> one.term().ejected())
                    .forEach(one -> release(one, now, ": no other backend is fit"));
        }
    }

    private void judge(EjectionGroup group, OutlierState suspect, PeerStatistics peers, long now) {
        if (suspect.term().ejected()) {
            if (suspect.term().over(now)) {
                release(suspect, now, "");
            } else if (group.policy().max() == 0) {
                release(suspect, now, ": ejection is off");
            }
            return;
        }
        OutlierDetector.of(suspect, peers, group.policy(), now).ifPresentOrElse(
                offence -> eject(group, suspect, offence),
                () -> suspect.term().pass(now, suspect.window().requests(now), group.policy()));
    }

    private void eject(EjectionGroup group, OutlierState suspect, Violation offence) {
        long now = nanos.getAsLong();
        if (group.full()) {
            spare(group, suspect, offence, group.ejected() + " of " + group.members().size()
                    + " backends are ejected already");
            return;
        }
        Fitness fitness = verdicts.fitness();
        if (!fitness.fit(suspect.id())) {
            return;
        }
        if (!group.othersFit(suspect, fitness)) {
            spare(group, suspect, offence, "no other backend is fit");
            return;
        }
        Duration length = suspect.term().begin(now, group.policy(), offence.cause());
        suspect.beginAnew(now);
        onRecord.add(suspect);
        Instant since = wall.instant();
        verdicts.set(Source.TRAFFIC, suspect.id(), new Condition(State.EJECTED, offence.words(), since,
                Optional.of(since.plus(length))));
        count(suspect.id(), offence.cause());
        LOG.warn("{} ejected for {}: {}", suspect.id(), Formats.duration(length), offence.words());
    }

    private void spare(EjectionGroup group, OutlierState suspect, Violation offence, String why) {
        if (group.policy().atMost(group.members().size()) > 0 && group.maySpeak(nanos.getAsLong())) {
            LOG.warn("{} fails but is not ejected, as {}: {}", suspect.id(), why, offence.words());
        }
    }

    private void release(OutlierState suspect, long now, String why) {
        suspect.term().end(now);
        suspect.beginAnew(now);
        verdicts.set(Source.TRAFFIC, suspect.id(),
                new Condition(State.FIT, "back from ejection", wall.instant()));
        LOG.info("{} takes requests again{}", suspect.id(), why);
    }

    private void count(BackendId backend, EjectionCause cause) {
        Map<EjectionCause, Long> counts = new EnumMap<>(EjectionCause.class);
        counts.putAll(ejections.getOrDefault(backend, Map.of()));
        counts.merge(cause, 1L, Long::sum);
        ejections.put(backend, Map.copyOf(counts));
    }

    /** How often each backend was ejected since the node started, and for what; of those never, nothing. */
    public Map<BackendId, Map<EjectionCause, Long>> ejections() {
        return Map.copyOf(ejections);
    }
}
