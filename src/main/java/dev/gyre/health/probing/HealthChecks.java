package dev.gyre.health.probing;

import dev.gyre.health.Verdicts;
import dev.gyre.health.Verdicts.Source;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.Condition;
import dev.gyre.model.DurationText;
import dev.gyre.model.Overlap;
import dev.gyre.model.ProbeCount;
import dev.gyre.model.Service;
import dev.gyre.model.ServiceChange;
import dev.gyre.model.Topology;
import dev.gyre.tls.BackendContexts;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Active health: probes this node's share of the backends, votes by the results, and applies the verdicts
 * that follow from all votes. Everything happens on one event loop; public methods may be called from any
 * thread.
 */
public final class HealthChecks {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.health");
    /** How often the assignment of probes is updated and expired votes are dropped. */
    private static final long ROUND_MILLIS = 250;
    private static final long SAMPLE_MILLIS = 1_000;
    /** The first probes of many new backends are spread over this time. */
    private static final long SPREAD_MILLIS = 1_000;
    private static final double JITTER = 0.1;

    private final Vertx vertx;
    private final Verdicts verdicts;
    private final Timing timing;
    private final Supplier<Future<Map<BackendId, BackendStats>>> traffic;
    private final Prober prober;
    private final ProbeCoordinator coordinator;
    private final Context context;
    private final Map<BackendId, ProbedBackend> probed = new HashMap<>();
    private Topology current = Topology.empty();
    private boolean closed;

    /**
     * @param traffic statistics of the backends that had requests lately
     * @param tls     for backends that are spoken to within TLS
     */
    public HealthChecks(Vertx vertx, Verdicts verdicts, ProbePeers peers,
            Supplier<Future<Map<BackendId, BackendStats>>> traffic, Timing timing, BackendContexts tls) {
        this(vertx, verdicts, peers, traffic, timing, new NetworkProber(vertx, tls));
    }

    HealthChecks(Vertx vertx, Verdicts verdicts, ProbePeers peers,
            Supplier<Future<Map<BackendId, BackendStats>>> traffic, Timing timing, Prober prober) {
        this.vertx = vertx;
        this.verdicts = verdicts;
        this.timing = timing;
        this.traffic = traffic;
        this.prober = prober;
        coordinator = new ProbeCoordinator(peers, timing);
        context = vertx.getOrCreateContext();
    }

    /** Starts probing; topologies and gossip may arrive before. */
    public void start() {
        context.runOnContext(v -> {
            vertx.setPeriodic(ROUND_MILLIS, timer -> update());
            vertx.setPeriodic(SAMPLE_MILLIS, timer -> sample());
            update();
        });
    }

    /** Sets the backends to probe; services without a probe are ignored. */
    public void apply(Topology topology) {
        context.runOnContext(v -> {
            ServiceChange.between(current, topology).forEach(this::apply);
            current = topology;
        });
    }

    private void apply(ServiceChange change) {
        Optional<Service> before = change.before().filter(HealthChecks::probes);
        Optional<Service> after = change.after().filter(HealthChecks::probes);
        new ServiceChange(before, after).left().forEach(this::forget);
        after.ifPresent(service -> {
            boolean sameProbe = before.isPresent()
                    && before.get().policy().health().equals(service.policy().health());
            List<Backend> same = sameProbe ? before.get().backends() : List.of();
            Overlap.of(same, service.backends(), (one, other) -> one == other).between(service.backends())
                    .forEach(backend -> adopt(service, backend));
        });
    }

    private static boolean probes(Service service) {
        return service.policy().health().probes();
    }

    private void forget(BackendId gone) {
        Optional.ofNullable(probed.remove(gone)).ifPresent(backend -> {
            stopProbing(backend);
            verdicts.clear(Source.PROBES, gone);
        });
    }

    private void adopt(Service service, Backend backend) {
        BackendId id = service.id(backend);
        ProbedBackend there = probed.computeIfAbsent(id,
                absent -> new ProbedBackend(id, service.policy().health(), backend.draining()));
        if (there.adopt(service.policy().health(), backend.draining()) && there.own.isPresent()) {
            schedule(there, 1);
        }
    }

    /** Takes the gossip of another node. */
    public void receive(JsonObject message) {
        context.runOnContext(v -> {
            HealthGossip gossip = HealthGossip.fromJson(message, timing.nanos().getAsLong());
            coordinator.receive(gossip);
            gossip.votes().forEach((id, vote) -> Optional.ofNullable(probed.get(id)).ifPresent(backend -> {
                backend.voteSet.record(vote);
                judge(backend);
            }));
        });
    }

    /** Updates the assignment of probes and all verdicts, since votes may have expired. */
    private void update() {
        if (closed || !coordinator.refresh(probed.values())) {
            return;
        }
        List<ProbedBackend> fresh = new ArrayList<>();
        for (ProbedBackend backend : probed.values()) {
            backend.adopt(coordinator.assignment());
            backend.look(timing.nanos().getAsLong());
            boolean assigned = backend.isAssigned();
            if (assigned && backend.own.isEmpty()) {
                backend.begin();
                fresh.add(backend);
            } else if (!assigned && backend.own.isPresent()) {
                stopProbing(backend);
            }
            judge(backend);
        }
        // A single new backend is probed at once; the many of a starting node are spread.
        long spread = Math.min(SPREAD_MILLIS, fresh.size());
        fresh.forEach(backend -> schedule(backend, 1 + timing.random().nextLong(spread)));
        coordinator.broadcast(probed);
    }

    private void stopProbing(ProbedBackend backend) {
        backend.timer.ifPresent(vertx::cancelTimer);
        backend.timer = Optional.empty();
        backend.own = Optional.empty();
        backend.voteSet.remove(coordinator.self());
    }

    private void schedule(ProbedBackend backend, long millis) {
        backend.timer.ifPresent(vertx::cancelTimer);
        backend.timer = Optional.of(vertx.setTimer(Math.max(1, millis), timer -> probe(backend)));
    }

    /**
     * The walk of health: a probe, or the evidence of requests answered well, leads through thresholds to
     * this node's vote; the votes to the verdict; and only its flip to the view.
     */
    private void probe(ProbedBackend backend) {
        Optional<Long> turn = backend.timer;
        long begun = timing.nanos().getAsLong();
        boolean spared = backend.healthyByTraffic();
        Future<ProbeResult> result = spared ? Future.succeededFuture(new ProbeResult.Passed())
                : prober.probe(backend.id, current.services().get(backend.id.service()).policy());
        result.onSuccess(found -> {
            if (closed || !backend.timer.equals(turn)) {
                // It was removed, reassigned or given another probe meanwhile.
                return;
            }
            if (!spared) {
                backend.count(found);
            }
            backend.own.ifPresent(own -> recordVote(backend, own, found));
            long interval = Math.round(backend.policy().interval().toMillis()
                    * (1 - JITTER + 2 * JITTER * timing.random().nextDouble()));
            schedule(backend, interval - (timing.nanos().getAsLong() - begun) / 1_000_000);
        });
    }

    private void recordVote(ProbedBackend backend, Thresholds own, ProbeResult found) {
        if (found instanceof ProbeResult.Passed) {
            own.passed(backend.policy().rise());
        } else if (found instanceof ProbeResult.Failed failed) {
            own.failed(failed.reason(), backend.policy().fall());
        } else if (found instanceof ProbeResult.Inconclusive inconclusive) {
            LOG.warn("probe inconclusive service={} backend={} reason=\"{}\"", backend.id.service(),
                    backend.id.name(), inconclusive.reason());
        }
        if (own.known()) {
            vote(backend, own);
            judge(backend);
            coordinator.changed(backend.id);
        }
    }

    private void vote(ProbedBackend backend, Thresholds own) {
        backend.voteSet.record(new Vote(coordinator.self(), own.up(), own.reason(), backend.verdict,
                timing.wall().instant(), timing.nanos().getAsLong()));
    }

    private void judge(ProbedBackend backend) {
        List<Vote> valid = backend.voteSet.valid(backend.probers(),
                timing.nanos().getAsLong(), backend.validity());
        Optional<Condition> before = backend.verdict;
        Optional<Condition> after =
                VoteSet.verdict(valid, coordinator.self(), before, timing.wall().instant());
        if (after.isEmpty() || after.equals(before)) {
            return;
        }
        backend.verdict = after;
        // The vote carries the verdict.
        backend.own.filter(Thresholds::known).ifPresent(own -> vote(backend, own));
        verdicts.set(Source.PROBES, backend.id, after.get());
        boolean healthy = after.get().healthy();
        if (healthy != before.map(Condition::healthy).orElse(true)) {
            backend.countFlip();
            log(backend.id, after.get(), before);
            coordinator.changed(backend.id);
            vertx.setTimer(1, soon -> coordinator.broadcast(probed));
        }
    }

    private static void log(BackendId id, Condition now, Optional<Condition> before) {
        if (now.healthy()) {
            Instant since = before.map(Condition::since).orElse(now.since());
            LOG.info("backend healthy service={} backend={} after={}", id.service(), id.name(),
                    DurationText.text(Duration.between(since, now.since())));
        } else {
            LOG.warn("backend unhealthy service={} backend={} reason=\"{}\"", id.service(), id.name(),
                    now.reason());
        }
    }

    /** Without probes there is nothing to save. */
    private void sample() {
        if (!closed && !probed.isEmpty()) {
            traffic.get().onSuccess(stats -> context.runOnContext(v -> stats.forEach((id, seen) ->
                    Optional.ofNullable(probed.get(id)).ifPresent(backend -> backend.traffic(seen)))));
        }
    }

    /** The ids of isolated nodes: they alone see their backends down. */
    public List<String> isolatedNodes() {
        return coordinator.isolated();
    }

    /** For every backend whose service has a probe. */
    public Future<Map<BackendId, ProbeCount>> counts() {
        Promise<Map<BackendId, ProbeCount>> counts = Promise.promise();
        context.runOnContext(v -> {
            Map<BackendId, ProbeCount> all = new HashMap<>();
            probed.forEach((id, backend) -> all.put(id, backend.counts()));
            counts.complete(all);
        });
        return counts.future();
    }

    public Future<Void> close() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(v -> {
            closed = true;
            probed.values().forEach(this::stopProbing);
            prober.close();
            done.complete();
        });
        return done.future();
    }
}
