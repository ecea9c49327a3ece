package dev.gyre.health.outlier;

import dev.gyre.health.Verdicts;
import dev.gyre.health.Verdicts.Source;
import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.Condition;
import dev.gyre.model.Condition.State;
import dev.gyre.model.DurationText;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.FailureStreak;
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
 * Ejects backends by the traffic of this node: consecutive failures at once, everything else with the next
 * sample. Used by one thread, except {@link #concerns} and
 * {@link #ejections}.
 */
public final class Ejector {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.health");

    private final Verdicts verdicts;
    private final LongSupplier nanos;
    private final InstantSource wall;
    private final Map<String, EjectionGroup> groups = new HashMap<>();
    private final Map<BackendId, OutlierState> states = new HashMap<>();
    private final Map<BackendId, Map<EjectionCause, Long>> ejections = new ConcurrentHashMap<>();
    private final Map<String, EjectionPolicy> policies = new ConcurrentHashMap<>();
    /** Backends that are ejected or on probation: their state changes without any request. */
    private final Set<OutlierState> tracked = new LinkedHashSet<>();
    private Topology current = Topology.empty();
    private volatile Set<BackendId> onProbation = Set.of();

    /** @param nanos the clock of {@link System#nanoTime}, by which failures are dated */
    public Ejector(Verdicts verdicts, LongSupplier nanos, InstantSource wall) {
        this.verdicts = verdicts;
        this.nanos = nanos;
        this.wall = wall;
    }

    /** Sets the services; a backend that stays keeps its state. */
    public void apply(Topology topology) {
        ServiceChange.between(current, topology).forEach(this::apply);
        current = topology;
    }

    private void apply(ServiceChange change) {
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
        group.apply(service, backend ->
                states.computeIfAbsent(service.id(backend), unknown -> new OutlierState(unknown, now)));
        policies.put(service.name(), policy);
    }

    private void forget(BackendId gone) {
        Optional.ofNullable(states.remove(gone)).ifPresent(tracked::remove);
        ejections.remove(gone);
    }

    /** Whether this failure must be reported to {@link #failed}; most need not. Thread-safe and fast. */
    public boolean mustReport(FailureStreak streak) {
        EjectionPolicy policy = policies.get(streak.backend().service());
        return policy != null && policy.max() > 0
                && (streak.length() % policy.failures() == 0 || onProbation.contains(streak.backend()));
    }

    /** A backend has failed a request. */
    public void failed(FailureStreak streak) {
        EjectionGroup group = groups.get(streak.backend().service());
        OutlierState state = states.get(streak.backend());
        if (group != null && group.members().contains(state) && !state.backoff().ejected()) {
            OutlierDetector.of(streak, state, group.peers(), group.policy())
                    .ifPresent(violation -> eject(group, state, violation));
        }
    }

    /**
     * Takes the traffic counters, several times a second; a backend that is missing has not changed.
     */
    public void sample(Map<BackendId, Traffic> traffic) {
        long now = nanos.getAsLong();
        Stream.concat(traffic.keySet().stream(), tracked.stream().map(OutlierState::id))
                .map(BackendId::service)
                .distinct().toList().forEach(name -> Optional.ofNullable(groups.get(name))
                        .ifPresent(group -> sample(group, traffic, now)));
        releaseTheLast(now);
        tracked.removeIf(one -> !one.backoff().ejected() && !one.backoff().onProbation());
        onProbation = tracked.stream().filter(one -> one.backoff().onProbation()).map(OutlierState::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    private void sample(EjectionGroup group, Map<BackendId, Traffic> traffic, long now) {
        group.members().forEach(one -> Optional.ofNullable(traffic.get(one.id()))
                .ifPresent(seen -> one.update(now, seen, group.policy())));
        PeerStatistics peers = group.compare(now);
        group.members().forEach(one -> judge(group, one, peers, now));
    }

    /** A backend that fails some requests is better than one that probes found down. */
    private void releaseTheLast(long now) {
        List<EjectionGroup> some = tracked.stream().map(one -> one.id().service()).distinct()
                .flatMap(name -> Optional.ofNullable(groups.get(name)).stream())
                .filter(group -> group.ejected() > 0).toList();
        if (!some.isEmpty()) {
            BackendHealth backendHealth = verdicts.backendHealth();
            some.stream().filter(group -> group.noneHealthy(backendHealth))
                    .flatMap(group -> group.members().stream())
                    .filter(one -> one.backoff().ejected())
                    .forEach(one -> release(one, now, "no other backend is healthy"));
        }
    }

    private void judge(EjectionGroup group, OutlierState state, PeerStatistics peers, long now) {
        if (state.backoff().ejected()) {
            if (state.backoff().ended(now)) {
                release(state, now, "its time is over");
            } else if (group.policy().max() == 0) {
                release(state, now, "ejection is off");
            }
            return;
        }
        OutlierDetector.of(state, peers, group.policy(), now).ifPresentOrElse(
                violation -> eject(group, state, violation),
                () -> state.backoff().elapse(now, state.window().requests(now), group.policy()));
    }

    private void eject(EjectionGroup group, OutlierState state, Violation violation) {
        long now = nanos.getAsLong();
        if (group.full()) {
            skip(group, state, violation, group.ejected() + " of " + group.members().size()
                    + " backends are ejected already");
            return;
        }
        BackendHealth backendHealth = verdicts.backendHealth();
        if (!backendHealth.healthy(state.id())) {
            return;
        }
        if (!group.othersHealthy(state, backendHealth)) {
            skip(group, state, violation, "no other backend is healthy");
            return;
        }
        Duration length = state.backoff().begin(now, group.policy(), violation.cause());
        state.reset(now);
        tracked.add(state);
        Instant since = wall.instant();
        verdicts.set(Source.TRAFFIC, state.id(), new Condition(State.EJECTED, violation.detail(), since,
                Optional.of(since.plus(length))));
        count(state.id(), violation.cause());
        LOG.warn("backend ejected service={} backend={} reason={} for={} detail=\"{}\"", state.id().service(),
                state.id().name(), violation.cause().word(), DurationText.text(length), violation.detail());
    }

    private void skip(EjectionGroup group, OutlierState state, Violation violation, String why) {
        if (group.policy().atMost(group.members().size()) > 0 && group.mayLog(nanos.getAsLong())) {
            LOG.warn("ejection skipped service={} backend={} reason={} because=\"{}\" detail=\"{}\"",
                    state.id().service(), state.id().name(), violation.cause().word(), why,
                            violation.detail());
        }
    }

    private void release(OutlierState state, long now, String why) {
        state.backoff().end(now);
        state.reset(now);
        verdicts.set(Source.TRAFFIC, state.id(),
                new Condition(State.HEALTHY, "back from ejection", wall.instant()));
        LOG.info("ejection ended service={} backend={} because=\"{}\"", state.id().service(),
                state.id().name(), why);
    }

    private void count(BackendId backend, EjectionCause cause) {
        Map<EjectionCause, Long> counts = new EnumMap<>(EjectionCause.class);
        counts.putAll(ejections.getOrDefault(backend, Map.of()));
        counts.merge(cause, 1L, Long::sum);
        ejections.put(backend, Map.copyOf(counts));
    }

    /** How often each backend was ejected since the node started, by cause; without those never ejected. */
    public Map<BackendId, Map<EjectionCause, Long>> ejections() {
        return Map.copyOf(ejections);
    }
}
