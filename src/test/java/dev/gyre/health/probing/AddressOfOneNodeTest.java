package dev.gyre.health.probing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.health.Verdicts;
import dev.gyre.kit.Await;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Condition;
import dev.gyre.model.Condition.State;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.Origin;
import dev.gyre.model.Probe;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.junit5.VertxTest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Nodes may be told different addresses for one name: votes are on addresses, and none goes unprobed. */
@VertxTest
class AddressOfOneNodeTest {

    private static final HealthPolicy POLICY = new HealthPolicy(new Probe.Tcp(Optional.empty()),
            Duration.ofMillis(500), Duration.ofMillis(500), 2, 2, 0);
    private static final Duration VALID = Duration.ofSeconds(2);
    private static final List<String> NODES = List.of("here", "b", "c", "d");
    private static final BackendUrl APP = new BackendUrl("app.test", 80);

    private final Vertx vertx;
    private final AtomicLong nanos = new AtomicLong();
    private final List<BackendId> probes = new CopyOnWriteArrayList<>();
    private volatile BackendHealth backendHealth = BackendHealth.UNKNOWN;

    AddressOfOneNodeTest(Vertx vertx) {
        this.vertx = vertx;
    }

    private static BackendId at(String address) {
        return new BackendId("web", APP, Optional.of(address));
    }

    private final class Here implements ProbePeers, Prober {

        @Override
        public String self() {
            return "here";
        }

        @Override
        public List<String> present() {
            return NODES;
        }

        @Override
        public void broadcast(JsonObject message) {
        }

        @Override
        public Future<ProbeResult> probe(BackendId backend, ServicePolicy policy) {
            probes.add(backend);
            return Future.succeededFuture(new ProbeResult.Failed("connection refused"));
        }

        @Override
        public void close() {
        }
    }

    /** Two addresses that other nodes are to probe. */
    private static List<BackendId> ofOthers() {
        ProbeAssignment assignment = ProbeAssignment.of("here", NODES, Set.of());
        return IntStream.range(1, 250).mapToObj(i -> at("10.0.0." + i))
                .filter(id -> !assignment.isAssigned(id)).limit(2).toList();
    }

    private HealthChecks checks(List<BackendId> ids) {
        Service web = new Service("web", ServicePolicy.DEFAULT.with(POLICY), ids.stream().map(id ->
                new Backend(APP, 1, false, Origin.CONFIG).at(id.address().orElseThrow(), Optional.empty()))
                .toList(), Origin.CONFIG);
        Verdicts verdicts = new Verdicts(shown -> backendHealth = shown, Runnable::run);
        Topology topology = new Topology(Map.of("web", web), List.of(), "1");
        verdicts.apply(topology);
        Here here = new Here();
        HealthChecks checks = new HealthChecks(vertx, verdicts, here,
                () -> Future.succeededFuture(Map.of()),
                new Timing(InstantSource.system(), nanos::get, new Random(1)), here);
        checks.apply(topology);
        checks.start();
        return checks;
    }

    private JsonObject vote(String node, BackendId id) {
        Instant now = Instant.ofEpochSecond(1);
        return new HealthGossip(node, false, now, Map.of(id, new Vote(node, false, "refused", Optional.of(
                new Condition(State.DOWN, "refused", now)), now, nanos.get()))).toJson();
    }

    @Test
    void aVoteIsOnOneAddress() throws Exception {
        List<BackendId> ids = ofOthers();
        HealthChecks checks = checks(ids);
        ProbeAssignment.of("here", NODES, Set.of()).probers(ids.get(0)).forEach(node ->
                checks.receive(new JsonObject(vote(node, ids.get(0)).encode())));
        Await.until("down", () -> !backendHealth.healthy(ids.get(0)));
        assertThat(backendHealth.healthy(ids.get(1))).isTrue();
    }

    @Test
    void anAddressThatOnlyThisNodeKnowsIsProbedByIt() throws Exception {
        List<BackendId> ids = ofOthers();
        HealthChecks checks = checks(ids);
        // The first round, a quarter of a second away, begins to count.
        Await.until("time passes, and one node speaks of the second address", () -> {
            nanos.addAndGet(VALID.dividedBy(40).toNanos());
            checks.receive(vote(ProbeAssignment.of("here", NODES, Set.of()).probers(ids.get(1)).get(0),
                    ids.get(1)));
            return probes.contains(ids.get(0)) && !backendHealth.healthy(ids.get(0));
        });
        assertThat(nanos.get()).isGreaterThan(VALID.toNanos());
        assertThat(probes).doesNotContain(ids.get(1));
    }
}
