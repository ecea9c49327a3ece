package dev.gyre.exchange;

import dev.gyre.config.Listener;
import dev.gyre.exchange.overload.ServiceLimits;
import dev.gyre.exchange.retry.Retries;
import dev.gyre.listener.EntryStep;
import dev.gyre.listener.ListenerPolicy;
import dev.gyre.listener.ListenerState;
import dev.gyre.listener.PortRules;
import dev.gyre.listener.ProxyHeaderStep;
import dev.gyre.listener.TlsStep;
import dev.gyre.listener.UnixSockets;
import dev.gyre.loop.Loop;
import dev.gyre.loop.MemoryBudget;
import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.ClientStats;
import dev.gyre.model.ConcurrencyStats;
import dev.gyre.model.ExchangeListener;
import dev.gyre.model.GateStats;
import dev.gyre.model.HoldStats;
import dev.gyre.model.PoolUse;
import dev.gyre.model.RetryStats;
import dev.gyre.model.ServiceChange;
import dev.gyre.model.Shares;
import dev.gyre.model.Topology;
import dev.gyre.model.Traffic;
import dev.gyre.model.TunnelStats;
import dev.gyre.tls.BackendContexts;
import dev.gyre.tls.ListenerContexts;
import dev.gyre.upstream.PanicLog;
import dev.gyre.upstream.Pools;
import dev.gyre.upstream.SelectionContext;
import dev.gyre.upstream.View;
import dev.gyre.upstream.hold.Holds;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The data path of a node: one verticle an event loop, all reading one {@link View}. A topology comes in by
 * {@link #apply}, what is known of health by {@link #judge}, and by {@link #share} this node's part of limits
 * that hold for the cluster; nothing else reaches the data path, so that it goes on when everything around it
 * fails.
 */
public final class Proxy {

    private static final long SAMPLE_EVERY_MILLIS = 1000;
    /** After memory was short, so long until the process is made smaller, if nothing more comes. */
    private static final long CALM_MILLIS = 3000;
    /** Part of the budget on the heap, below which nothing worth a collection can come back. */
    private static final double LITTLE_USED = 0.1;
    /** Between two steps of a slow start. */
    private static final long STEP_MILLIS = 500;

    private final Vertx vertx;
    private final ListenerState listening;
    private final SelectionContext context;
    private final BackendContexts tls;
    private final Via via;
    private final FailureLog failures;
    private final AtomicLong calm = new AtomicLong(-1);
    private final MemoryBudget memory = new MemoryBudget();
    private final List<ProxyVerticle> verticles = Collections.synchronizedList(new ArrayList<>());
    private final Holds holds;
    private final ServiceLimits serviceLimits;
    private final Tunnels tunnels = new Tunnels();
    private final AtomicInteger numbers = new AtomicInteger();
    private final ProxyObservers observers;
    private final UnixSockets sockets = new UnixSockets();
    private volatile List<Listener> open = List.of();
    private ListenerContexts listenerTls = ListenerContexts.none();
    private volatile View current = View.nothing();
    private volatile Duration grace;
    private volatile Pools pools;
    private volatile Retries retries;
    private boolean stepping;

    /**
     * @param policy         what holds towards clients
     * @param context what beside the topology decides where requests go
     * @param tls     for backends that are spoken to within TLS
     * @param grace        how long requests in flight may take to finish when the node stops
     */
    public Proxy(Vertx vertx, ListenerPolicy policy, SelectionContext context, BackendContexts tls,
            Duration grace, ProxyObservers observers) {
        this.vertx = vertx;
        this.listening = ListenerState.of(policy, context.nanos(), context.clock(),
                observers.exchanges().get());
        this.context = context;
        this.tls = tls;
        this.failures = new FailureLog(context.nanos());
        this.via = new Via(policy.node());
        this.serviceLimits = new ServiceLimits(context.nanos());
        this.holds = new Holds(context.clock(), context.nanos());
        this.grace = grace;
        this.observers = observers;
    }

    /**
     * Prepares the event loops; no port is open yet. To be called by a verticle, with whose end the proxy's
     * own timers end.
     */
    public Future<Void> deploy(int instances) {
        DeploymentOptions options = new DeploymentOptions().setInstances(instances);
        ProxyVerticle.Shared node = new SharedByVerticles();
        return vertx.deployVerticle(() -> new ProxyVerticle(node, numbers.getAndIncrement()), options)
                .onSuccess(id -> {
                    verticles.sort(Comparator.comparingInt(verticle -> verticle.loop().index()));
                    pools = new Pools(loops(), observers.failures(), tls);
                    retries = new Retries(verticles.size(), context.nanos());
                    vertx.setPeriodic(SAMPLE_EVERY_MILLIS, timer -> sample());
                    memory.whenAmpleAgain(() -> whenCalm(this::giveMemoryBack));
                })
                .mapEmpty();
    }

    /** Those that requests are served on. */
    List<Loop> loops() {
        return verticles.stream().map(ProxyVerticle::loop).toList();
    }

    /** Opens ports in clear text. */
    public Future<List<Integer>> listen(List<Listener> listeners) {
        return listen(listeners, ListenerContexts.none());
    }

    /**
     * Opens the ports.
     *
     * @return their numbers, in the order of the listeners
     */
    public Future<List<Integer>> listen(List<Listener> listeners, ListenerContexts contexts) {
        listenerTls = contexts;
        Future<List<Integer>> ports = onDisk(() -> sockets.prepare(listeners)).map(List.of());
        for (ProxyVerticle verticle : List.copyOf(verticles)) {
            // One after the other, so that a port in use is found once.
            ports = ports.compose(before -> verticle.listen(listeners));
        }
        return ports.compose(opened -> onDisk(sockets::publish).map(opened))
                .onSuccess(opened -> open = IntStream.range(0, opened.size())
                .mapToObj(i -> listeners.get(i).at(opened.get(i))).toList());
    }

    /** Fails with what the step returns. */
    private Future<Void> onDisk(Callable<Optional<String>> step) {
        return vertx.executeBlocking(step).compose(obstacle -> obstacle
                .<Future<Void>>map(Future::failedFuture).orElseGet(Future::succeededFuture));
    }

    /** Those that are open, with the ports in use. */
    public List<Listener> listeners() {
        return open;
    }

    /** The calling thread is one of those that requests are served on. */
    public boolean servesHere() {
        return List.copyOf(verticles).stream().anyMatch(verticle -> verticle.loop().isHere());
    }

    /** Serves by this topology from now on: one volatile write, which every request reads once. */
    public synchronized void apply(Topology next) {
        List<ServiceChange> changes = ServiceChange.between(current.topology(), next);
        retries.adopt(next);
        holds.adopt(next);
        serviceLimits.adopt(next);
        tunnels.adopt(next);
        publish(current.next(next, current.backendHealth(), pools, context));
        changes.forEach(change -> change.left().forEach(pools::leave));
    }

    /** From now on leaves out backends that are not healthy, if others are left. */
    public synchronized void judge(BackendHealth next) {
        publish(current.next(current.topology(), next, pools, context));
    }

    private void publish(View next) {
        View before = current;
        current = next;
        PanicLog.log(before, next);
        List.copyOf(verticles).forEach(ProxyVerticle::refresh);
        if (next.ramping() && !stepping) {
            stepping = true;
            vertx.setTimer(STEP_MILLIS, timer -> step());
        }
    }

    private synchronized void step() {
        stepping = false;
        publish(current.step(pools, context));
    }

    /**
     * Shares cluster-wide limits out like this from now on. To be called whenever the shares have changed,
     * from any thread, once {@link #deploy} is done; backends that come later ask the same shares.
     */
    public void share(Shares shares) {
        pools.share(shares);
    }

    /** The backends whose limit holds for the whole cluster, as this node uses them now. */
    public Map<BackendId, PoolUse> uses() {
        return pools.uses();
    }

    /**
     * What this node sees of every backend at this moment, those included that finish after their removal.
     */
    public Future<Map<BackendId, BackendStats>> stats() {
        return pools.stats();
    }

    /** The same of those alone that requests have gone to lately. */
    public Future<Map<BackendId, BackendStats>> recentStats() {
        return pools.recentStats();
    }

    /** The same of one backend; where its name stands for several addresses, of each. */
    public Future<Map<BackendId, BackendStats>> stats(BackendId entry) {
        return pools.stats(entry);
    }

    /** What this node has counted about the retries of each service, by its name. */
    public SortedMap<String, RetryStats> retryStats() {
        return retries.stats();
    }

    /** How many requests of each service wait for a release or a backend, by its name. */
    public SortedMap<String, HoldStats> holdStats() {
        return holds.stats();
    }

    /** The requests in flight of each service that limits them, by its name. */
    public SortedMap<String, ConcurrencyStats> concurrencyStats() {
        return serviceLimits.stats();
    }

    /** What this node has counted of each service's tunnels, by its name. */
    public SortedMap<String, TunnelStats> tunnelStats() {
        return tunnels.stats();
    }

    /** What the requests of this node so far say about every backend. */
    public Future<Map<BackendId, Traffic>> traffic() {
        return pools.traffic();
    }

    /** What this node sees of its clients at this moment. */
    public ClientStats clients() {
        return new ClientStats(listening.admission().open(), listening.admission().most(),
                listening.exceeded().counts(), memory.stats(listening.memoryEnds().counts()));
    }

    /** What of clients and backends this node has refused. */
    public GateStats gate() {
        return listening.refusals().stats();
    }

    /** How long requests in flight may take to finish when the node stops. */
    public void grace(Duration newGrace) {
        grace = newGrace;
    }

    private void giveMemoryBack() {
        if (memory.level() == MemoryBudget.Level.AMPLE) {
            vertx.executeBlocking(() -> {
                memory.readMemory().giveBack();
                return null;
                // What it has released stands in the caches of the loops that had allocated it.
            }).onComplete(v -> List.copyOf(verticles)
                    .forEach(verticle -> verticle.loop().execute(memory::trim)));
            againWhenLessIsHeld(memory.heapUsed());
        }
    }

    /** Clients that hold much may go long after memory was short. */
    private void againWhenLessIsHeld(double before) {
        if (before > LITTLE_USED) {
            whenCalm(() -> {
                if (memory.heapUsed() > before / 2) {
                    againWhenLessIsHeld(before);
                } else {
                    giveMemoryBack();
                }
            });
        }
    }

    private void whenCalm(Runnable then) {
        vertx.cancelTimer(calm.getAndSet(vertx.setTimer(CALM_MILLIS, timer -> then.run())));
    }

    private void sample() {
        retries.sample();
        serviceLimits.sample();
        pools.sample();
    }

    View current() {
        return current;
    }

    /** What each verticle needs of this node. */
    private final class SharedByVerticles implements ProxyVerticle.Shared {

        @Override
        public void joined(ProxyVerticle verticle) {
            verticles.add(verticle);
        }

        @Override
        public View current() {
            return current;
        }

        @Override
        public List<EntryStep> entry(Listener listener) {
            List<EntryStep> steps = new ArrayList<>();
            if (listener.proxies().isPresent()) {
                steps.add(new ProxyHeaderStep(listener));
            }
            listenerTls.of(listener).ifPresent(context -> steps.add(new TlsStep(context)));
            PortRules rules = PortRules.of(listener);
            if (!rules.equals(PortRules.NONE)) {
                steps.add(rules);
            }
            return steps;
        }

        @Override
        public ListenerState listening() {
            return listening;
        }

        @Override
        public InstantSource clock() {
            return context.clock();
        }

        @Override
        public Via via() {
            return via;
        }

        @Override
        public LongSupplier nanos() {
            return context.nanos();
        }

        @Override
        public RandomGenerator random() {
            return context.random().get();
        }

        @Override
        public Retries retries() {
            return retries;
        }

        @Override
        public Holds holds() {
            return holds;
        }

        @Override
        public ServiceLimits serviceLimits() {
            return serviceLimits;
        }

        @Override
        public Tunnels tunnels() {
            return tunnels;
        }

        @Override
        public Duration grace() {
            return grace;
        }

        @Override
        public MemoryBudget memory() {
            return memory;
        }

        @Override
        public ExchangeListener newListener() {
            return observers.exchanges().get();
        }

        @Override
        public FailureLog failures() {
            return failures;
        }

        @Override
        public UnixSockets sockets() {
            return sockets;
        }

        @Override
        public void stopping() {
            observers.stopping().run();
        }
    }
}
