package dev.gyre.proxy;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.config.Settings.Listener;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.Fitness;
import dev.gyre.model.Topology;
import dev.gyre.pool.Pools;
import dev.gyre.proxy.View.ServiceView;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The data path of a node: one verticle an event loop, all reading one {@link View}. A topology comes in by
 * {@link #show} and what is known of health by {@link #judge}; nothing else reaches the data path, so that it
 * goes on when everything around it fails.
 */
public final class Proxy {

    private static final Logger LOG = LoggerFactory.getLogger("gyre.pool");
    private static final long SAMPLE_EVERY_MILLIS = 1000;

    private final Vertx vertx;
    private final ForwardingSettings forwarding;
    private final Supplier<RandomGenerator> random;
    private final FailureLog failures = new FailureLog();
    private final List<ProxyVerticle> verticles = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger numbers = new AtomicInteger();
    private final Runnable whenStopping;
    private volatile View shown = View.nothing();
    private volatile Duration grace;
    private volatile Pools pools;
    private volatile Set<BackendId> wanted = Set.of();
    private Topology topology = Topology.empty();
    private Fitness fitness = Fitness.UNKNOWN;

    /**
     * @param random       gives each event loop its own, so that loops and nodes do not march in step
     * @param grace        how long requests in flight may take to finish when the node stops
     * @param whenStopping called, from any thread and possibly more than once, when the proxy begins to stop
     */
    public Proxy(Vertx vertx, ForwardingSettings forwarding, Supplier<RandomGenerator> random, Duration grace,
                 Runnable whenStopping) {
        this.vertx = vertx;
        this.forwarding = forwarding;
        this.random = random;
        this.grace = grace;
        this.whenStopping = whenStopping;
    }

    /** Prepares the event loops; no port is open yet. */
    public Future<Void> deploy(int instances) {
        DeploymentOptions options = new DeploymentOptions().setInstances(instances);
        return vertx.deployVerticle(() -> new ProxyVerticle(this, numbers.getAndIncrement()), options)
                .onSuccess(id -> {
                    verticles.sort(Comparator.comparingInt(verticle -> verticle.loop().index()));
                    pools = new Pools(verticles.stream().map(ProxyVerticle::loop).toList());
                    vertx.setPeriodic(SAMPLE_EVERY_MILLIS, timer -> sample());
                })
                .mapEmpty();
    }

    /**
     * Opens the ports.
     *
     * @return their numbers, in the order of the listeners
     */
    public Future<List<Integer>> listen(List<Listener> listeners) {
        Future<List<Integer>> ports = Future.succeededFuture(List.of());
        for (ProxyVerticle verticle : List.copyOf(verticles)) {
            // One after the other, so that a port in use is found once.
            ports = ports.compose(before -> verticle.listen(listeners));
        }
        return ports;
    }

    /** Serves by this topology from now on: one volatile write, which every request reads once. */
    public synchronized void show(Topology next) {
        topology = next;
        wanted = next.backends();
        refresh();
    }

    /** Leaves out from now on who is not fit, as far as others are left. */
    public synchronized void judge(Fitness next) {
        fitness = next;
        refresh();
    }

    private void refresh() {
        View before = shown;
        shown = View.of(topology, fitness, pools);
        shown.services().forEach((name, service) -> PanicLog.tell(name, service,
                Optional.ofNullable(before.services().get(name)).map(ServiceView::panic).orElse(false)));
        List.copyOf(verticles).forEach(ProxyVerticle::refresh);
    }

    /**
     * What this node sees of every backend at this moment, those included that finish after their removal.
     */
    public Future<Map<BackendId, BackendStats>> stats() {
        return pools.stats();
    }

    /** How long requests in flight may take to finish when the node stops. */
    public void grace(Duration newGrace) {
        grace = newGrace;
    }

    private void sample() {
        pools.sample(() -> wanted).onSuccess(sentences -> sentences.forEach(LOG::warn));
    }

    void joined(ProxyVerticle verticle) {
        verticles.add(verticle);
    }

    View shown() {
        return shown;
    }

    ForwardingSettings forwarding() {
        return forwarding;
    }

    RandomGenerator random() {
        return random.get();
    }

    Duration grace() {
        return grace;
    }

    FailureLog failures() {
        return failures;
    }

    void stopping() {
        whenStopping.run();
    }
}
