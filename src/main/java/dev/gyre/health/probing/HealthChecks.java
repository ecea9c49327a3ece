package dev.gyre.health.probing;

import dev.gyre.health.Verdicts;
import dev.gyre.health.Verdicts.Source;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.Condition;
import dev.gyre.model.Overlap;
import dev.gyre.model.ProbeCount;
import dev.gyre.model.Service;
import dev.gyre.model.ServiceChange;
import dev.gyre.model.Topology;
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
 * Active health: probes this node's share of the backends, votes by what it finds, and goes by the verdicts
 * that all votes amount to. Everything happens on one event loop; public methods may be called from any
 * thread.
 */
public final class HealthChecks {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.health");
    /** How often shares are dealt anew, silent nodes noticed and traffic looked at. */
    private static final long ROUND_MILLIS = 250;
    private static final long SAMPLE_MILLIS = 1_000;
    /** Backends that are new at the same moment are first probed within so long a time. */
    private static final long SPREAD_MILLIS = 1_000;
    private static final double JITTER = 0.1;

    private final Vertx vertx;
    private final Verdicts verdicts;
    private final Timing timing;
    private final Supplier<Future<Map<BackendId, BackendStats>>> traffic;
    private final Prober prober;
    private final ProbeCoordinator assembly;
    private final Context context;
    private final Map<BackendId, ProbedBackend> probed = new HashMap<>();
    private Topology shown = Topology.empty();
    private boolean closed;

    /** @param traffic what this node's requests tell of the backends that had any lately */
    public HealthChecks(Vertx vertx, Verdicts verdicts, ProbePeers colleagues,
                        Supplier<Future<Map<BackendId, BackendStats>>> traffic, Timing timing) {
        this(vertx, verdicts, colleagues, traffic, timing, new NetworkProber(vertx));
    }

    HealthChecks(Vertx vertx, Verdicts verdicts, ProbePeers colleagues,
                 Supplier<Future<Map<BackendId, BackendStats>>> traffic, Timing timing, Prober prober) {
        this.vertx = vertx;
        this.verdicts = verdicts;
        this.timing = timing;
        this.traffic = traffic;
        this.prober = prober;
        assembly = new ProbeCoordinator(colleagues, timing);
        context = vertx.getOrCreateContext();
    }

    /** Begins to probe; topologies and tidings may come before. */
    public void start() {
        context.runOnContext(v -> {
            vertx.setPeriodic(ROUND_MILLIS, timer -> round());
            vertx.setPeriodic(SAMPLE_MILLIS, timer -> sample());
            round();
        });
    }

    /** These backends are there from now on; those whose service has no probe are left alone. */
    public void show(Topology topology) {
        context.runOnContext(v -> {
            ServiceChange.between(shown, topology).forEach(this::show);
            shown = topology;
        });
    }

    private void show(ServiceChange change) {
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
            cease(backend);
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

    /** What another node says. */
    public void heard(JsonObject message) {
        context.runOnContext(v -> {
            HealthGossip tidings = HealthGossip.fromJson(message, timing.nanos().getAsLong());
            assembly.heard(tidings);
            tidings.votes().forEach((id, vote) -> Optional.ofNullable(probed.get(id)).ifPresent(backend -> {
                backend.ballot.cast(vote);
                judge(backend);
            }));
        });
    }

    /** Deals the shares anew, and judges anew, for votes may have become too old or not count any more. */
    private void round() {
        if (closed || !assembly.gather(probed.values())) {
            return;
        }
        List<ProbedBackend> fresh = new ArrayList<>();
        for (ProbedBackend backend : probed.values()) {
            backend.adopt(assembly.electorate());
            backend.look(timing.nanos().getAsLong());
            boolean mine = backend.isMine();
            if (mine && backend.own.isEmpty()) {
                backend.begin();
                fresh.add(backend);
            } else if (!mine && backend.own.isPresent()) {
                cease(backend);
            }
            judge(backend);
        }
        // One is probed at once; the many of a node that starts do not all come at the same moment.
        long spread = Math.min(SPREAD_MILLIS, fresh.size());
        fresh.forEach(backend -> schedule(backend, 1 + timing.dice().nextLong(spread)));
        assembly.tell(probed);
    }

    private void cease(ProbedBackend backend) {
        backend.timer.ifPresent(vertx::cancelTimer);
        backend.timer = Optional.empty();
        backend.own = Optional.empty();
        backend.ballot.withdraw(assembly.self());
    }

    private void schedule(ProbedBackend backend, long millis) {
        backend.timer.ifPresent(vertx::cancelTimer);
        backend.timer = Optional.of(vertx.setTimer(Math.max(1, millis), timer -> turn(backend)));
    }

    /**
     * The walk of health: a probe, or the evidence of requests answered well, leads through thresholds to
     * this node's vote; the votes to the verdict; and only its flip to the view.
     */
    private void turn(ProbedBackend backend) {
        Optional<Long> turn = backend.timer;
        long begun = timing.nanos().getAsLong();
        boolean spared = backend.servesWell();
        Future<ProbeResult> result = spared ? Future.succeededFuture(new ProbeResult.Passed())
                : prober.probe(backend.id, backend.policy());
        result.onSuccess(found -> {
            if (closed || !backend.timer.equals(turn)) {
                // It was removed, handed on or given another probe meanwhile.
                return;
            }
            if (!spared) {
                backend.count(found);
            }
            backend.own.ifPresent(own -> opine(backend, own, found));
            long interval = Math.round(backend.policy().interval().toMillis()
                    * (1 - JITTER + 2 * JITTER * timing.dice().nextDouble()));
            schedule(backend, interval - (timing.nanos().getAsLong() - begun) / 1_000_000);
        });
    }

    private void opine(ProbedBackend backend, Thresholds own, ProbeResult found) {
        if (found instanceof ProbeResult.Passed) {
            own.passed(backend.policy().rise());
        } else if (found instanceof ProbeResult.Failed failed) {
            own.failed(failed.reason(), backend.policy().fall());
        } else if (found instanceof ProbeResult.Inconclusive untold) {
            LOG.warn("{} cannot be probed: {}", backend.id, untold.reason());
        }
        if (own.known()) {
            vote(backend, own);
            judge(backend);
            assembly.news(backend.id);
        }
    }

    private void vote(ProbedBackend backend, Thresholds own) {
        backend.ballot.cast(new Vote(assembly.self(), own.up(), own.reason(), backend.verdict,
                timing.wall().instant(), timing.nanos().getAsLong()));
    }

    private void judge(ProbedBackend backend) {
        List<Vote> speaking = backend.ballot.speaking(backend.probers(),
                timing.nanos().getAsLong(), backend.validity());
        Optional<Condition> before = backend.verdict;
        Optional<Condition> after =
                VoteSet.verdict(speaking, assembly.self(), before, timing.wall().instant());
        if (after.isEmpty() || after.equals(before)) {
            return;
        }
        backend.verdict = after;
        // The vote carries the verdict.
        backend.own.filter(Thresholds::known).ifPresent(own -> vote(backend, own));
        verdicts.set(Source.PROBES, backend.id, after.get());
        boolean fit = after.get().fit();
        if (fit != before.map(Condition::fit).orElse(true)) {
            backend.flipped();
            log(backend.id, after.get(), before);
            assembly.news(backend.id);
            vertx.setTimer(1, soon -> assembly.tell(probed));
        }
    }

    private static void log(BackendId id, Condition now, Optional<Condition> before) {
        if (now.fit()) {
            Instant since = before.map(Condition::since).orElse(now.since());
            LOG.info("{} is fit again after {} s", id, Duration.between(since, now.since()).toSeconds());
        } else {
            LOG.warn("{} is down: {}", id, now.reason());
        }
    }

    /** Nobody is asked while there is nothing to spare. */
    private void sample() {
        if (!closed && !probed.isEmpty()) {
            traffic.get().onSuccess(stats -> context.runOnContext(v -> stats.forEach((id, seen) ->
                    Optional.ofNullable(probed.get(id)).ifPresent(backend -> backend.traffic(seen)))));
        }
    }

    /** The ids of the nodes whose network looks broken: they alone see their backends down. */
    public List<String> blind() {
        return assembly.blind();
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
            probed.values().forEach(this::cease);
            prober.close();
            done.complete();
        });
        return done.future();
    }
}
