package dev.gyre.health.probing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.health.Verdicts;
import dev.gyre.kit.Await;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Condition;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.Origin;
import dev.gyre.model.Probe;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Several nodes that share the probing, in one process: what each of them reaches is made up, and so is the
 * way by which they tell one another.
 */
class OneNodesBrokenNetworkTest {

    private static final int BACKENDS = 12;
    private static final long TICK_MILLIS = 10;
    private static final HealthPolicy POLICY = new HealthPolicy(new Probe.Tcp(Optional.empty()),
            Duration.ofMillis(100), Duration.ofMillis(100), 2, 2, 0);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    /** Goes forward with the loop of all nodes: where that stands still, no vote grows old. */
    private final AtomicLong nanos = new AtomicLong();
    private final List<BackendId> backends = IntStream.range(0, BACKENDS)
            .mapToObj(i -> new BackendId("web", new BackendUrl("10.0.0." + i, 80))).toList();
    private final Topology topology = topology();
    private final Map<String, Node> nodes = new ConcurrentHashMap<>();

    private Topology topology() {
        Service web = new Service("web", ServicePolicy.DEFAULT.with(POLICY), backends.stream()
                .map(id -> new Backend(id.url(), 1, false, Origin.CONFIG)).toList(), Origin.CONFIG);
        return new Topology(Map.of("web", web), List.of(), "1");
    }

    private final class Node implements ProbePeers, Prober {

        private final String id;
        private final Set<BackendUrl> unreachable = ConcurrentHashMap.newKeySet();
        private final List<BackendUrl> probes = new CopyOnWriteArrayList<>();
        /** What the others have its votes on. */
        private final Set<BackendId> told = ConcurrentHashMap.newKeySet();
        private volatile BackendHealth backendHealth = BackendHealth.UNKNOWN;
        private final HealthChecks checks;
        private volatile boolean alone;

        Node(String id, BackendUrl... unreachable) {
            this.id = id;
            this.unreachable.addAll(List.of(unreachable));
            Verdicts verdicts = new Verdicts(shown -> backendHealth = shown, Runnable::run);
            verdicts.apply(topology);
            checks = new HealthChecks(vertx, verdicts, this, () -> Future.succeededFuture(Map.of()),
                    new Timing(InstantSource.system(), nanos::get, new Random(1)), this);
            checks.apply(topology);
            nodes.put(id, this);
            checks.start();
        }

        @Override
        public String self() {
            return id;
        }

        @Override
        public List<String> present() {
            return alone ? List.of(id) : nodes.values().stream().filter(node -> !node.alone)
                    .map(Node::self).toList();
        }

        @Override
        public void broadcast(JsonObject message) {
            // In text, as over a network.
            String text = message.encode();
            nodes.values().stream().filter(node -> node != this && !node.alone && !alone)
                    .forEach(node -> node.checks.receive(new JsonObject(text)));
            told.addAll(HealthGossip.fromJson(message, nanos.get()).votes().keySet());
        }

        @Override
        public Future<ProbeResult> probe(BackendId backend, ServicePolicy policy) {
            probes.add(backend.url());
            return Future.succeededFuture(unreachable.contains(backend.url())
                    ? new ProbeResult.Failed("connection refused") : new ProbeResult.Passed());
        }

        @Override
        public void close() {
        }

        void losesItsNetwork() {
            backends.forEach(backend -> unreachable.add(backend.url()));
        }

        boolean healthy(BackendId backend) {
            return backendHealth.healthy(backend);
        }

        void kill() {
            nodes.remove(id);
            checks.close();
        }
    }

    @BeforeEach
    void begin() {
        tick();
    }

    private void tick() {
        vertx.setTimer(TICK_MILLIS, timer -> {
            nanos.addAndGet(TICK_MILLIS * 1_000_000);
            tick();
        });
    }

    @AfterEach
    void close() {
        vertx.close().await();
    }

    /** Every backend has had its two probers, and all nodes have heard what these found. */
    private void awaitProbes() throws Exception {
        // What a node has told before all were there may be of a backend that is not its own any more.
        nodes.values().forEach(node -> node.told.clear());
        Await.until("all probed by two", () -> backends.stream().allMatch(backend ->
                nodes.values().stream().filter(node -> node.told.contains(backend)).count() >= 2));
    }

    private boolean all(Predicate<Node> holds) {
        return nodes.values().stream().allMatch(holds);
    }

    private boolean sinceTheSameMoment(BackendId backend) {
        return nodes.values().stream().map(node -> node.backendHealth.of(backend).map(Condition::since))
                .distinct().count() == 1;
    }

    @Test
    void aBackendDownForAllIsDownForAllNodesSinceTheSameMoment() throws Exception {
        IntStream.range(0, 3).forEach(i -> new Node("n" + i));
        BackendId dead = backends.get(0);
        awaitProbes();
        nodes.values().forEach(node -> node.unreachable.add(dead.url()));
        Await.until("down everywhere", () -> all(node -> !node.healthy(dead)) && sinceTheSameMoment(dead));
        Condition down = nodes.get("n0").backendHealth.of(dead).orElseThrow();
        assertThat(down.reason()).matches("\\d+ probes in a row failed: connection refused");
        Node young = new Node("n3", dead.url());
        Await.until("known to the newcomer", () -> !young.healthy(dead));
        Await.until("with its time", () -> all(node ->
                node.backendHealth.of(dead).map(Condition::since).equals(Optional.of(down.since()))));
        nodes.values().forEach(node -> node.unreachable.clear());
        Await.until("fit everywhere", () -> all(node -> node.healthy(dead)) && sinceTheSameMoment(dead));
    }

    @Test
    void aNodeThatAloneSeesAllDownTakesNoBackendAway() throws Exception {
        IntStream.range(0, 3).forEach(i -> new Node("n" + i));
        Node broken = nodes.get("n1");
        awaitProbes();
        broken.losesItsNetwork();
        Await.until("known to all", () -> all(node -> node.checks.isolatedNodes().equals(List.of("n1"))));
        assertThat(all(node -> backends.stream().allMatch(node::healthy))).as("nothing is down").isTrue();
        List<Node> sound = List.of(nodes.get("n0"), nodes.get("n2"));
        sound.forEach(node -> node.probes.clear());
        Await.until("the sound ones probe all", () -> sound.stream()
                .allMatch(node -> new HashSet<>(node.probes).size() == BACKENDS));
        BackendId dead = backends.get(3);
        nodes.values().forEach(node -> node.unreachable.add(dead.url()));
        Await.until("the broken one goes by the others' verdict", () -> !broken.healthy(dead));
        broken.unreachable.clear();
        Await.until("trusted again", () -> all(node -> node.checks.isolatedNodes().isEmpty()));
    }

    @Test
    void aNodeThatIsCutOffJudgesAlone() throws Exception {
        IntStream.range(0, 3).forEach(i -> new Node("n" + i));
        Node cut = nodes.get("n2");
        awaitProbes();
        cut.alone = true;
        cut.losesItsNetwork();
        Await.until("all down for it", () -> backends.stream().noneMatch(cut::healthy));
        assertThat(backends).as("but for nobody else").allMatch(nodes.get("n0")::healthy);
        cut.alone = false;
        Await.until("back among the others, it goes by their verdict",
                () -> backends.stream().allMatch(cut::healthy));
    }

    @Test
    void aDeadProbersShareIsHandedOn() throws Exception {
        IntStream.range(0, 3).forEach(i -> new Node("n" + i));
        awaitProbes();
        nodes.get("n1").kill();
        List<Node> left = new ArrayList<>(nodes.values());
        BackendId dead = backends.get(5);
        left.forEach(node -> node.probes.clear());
        Await.until("the two left probe all", () -> left.stream()
                .allMatch(node -> new HashSet<>(node.probes).size() == BACKENDS));
        left.forEach(node -> node.unreachable.add(dead.url()));
        Await.until("and judge", () -> left.stream().noneMatch(node -> node.healthy(dead)));
    }
}
