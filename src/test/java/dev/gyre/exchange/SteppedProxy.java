package dev.gyre.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.config.Listener;
import dev.gyre.kit.Await;
import dev.gyre.listener.ListenerPolicy;
import dev.gyre.loop.Loop;
import dev.gyre.loop.LoopAccess;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendStats;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.ExchangeListener;
import dev.gyre.model.FailureStreak;
import dev.gyre.model.FinishedExchange;
import dev.gyre.model.FinishedExchange.Request;
import dev.gyre.model.Limits;
import dev.gyre.model.Origin;
import dev.gyre.model.RequestCount;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Topology;
import dev.gyre.telemetry.RequestCounters;
import dev.gyre.tls.BackendContexts;
import dev.gyre.upstream.BackendPool;
import dev.gyre.upstream.PoolAccess;
import dev.gyre.upstream.SelectionContext;
import dev.gyre.upstream.StickyKey;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The whole data path on one event loop, between clients and backends that do one thing at a time, and with a
 * clock that stands still between two steps. All is real but the clock. {@link #settle} lets happen what
 * follows from the last thing done; as the kernel may take a moment to bring it, what a test relies on is
 * awaited by {@link #until}.
 */
final class SteppedProxy implements AutoCloseable {

    /** By which a connection is found to be taken. */
    private static final Optional<Request> PROBE = Optional.of(new Request("OPTIONS", "*", "a", "HTTP/1.1"));
    private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    /** Rounds without anything to be read, after which nothing is under way any more. */
    private static final int QUIET_ROUNDS = 3;

    /** Times 2 GB: more than any heap that tests run with. */
    private static final int HEAPS = 16;
    private static final long PATIENCE = Await.PATIENCE.toNanos();

    private final Vertx vertx;
    private final List<SteppedBackend> backends = new ArrayList<>();
    private final List<SteppedPeer> clients = new ArrayList<>();
    private final List<FailureStreak> charged = new ArrayList<>();
    private final List<FinishedExchange> finished = Collections.synchronizedList(new ArrayList<>());
    private final RequestCounters counters = new RequestCounters();
    private final Set<Integer> draining = new HashSet<>();
    private final ServicePolicy policy;
    private final Proxy proxy;
    private final int port;
    private Optional<Instant> heldUntil = Optional.empty();
    private volatile long nanos = 1_000_000_000;

    SteppedProxy(int count, ServicePolicy policy, Limits limits) throws IOException {
        this(Vertx.vertx(), count, policy, limits);
    }

    /** @param vertx closed with this */
    SteppedProxy(Vertx vertx, int count, ServicePolicy policy, Limits limits) throws IOException {
        this(vertx, count, policy, limits, new Random(1));
    }

    /** @param dice by which backends are chosen, among others */
    SteppedProxy(int count, ServicePolicy policy, Limits limits, Random dice) throws IOException {
        this(Vertx.vertx(), count, policy, limits, dice);
    }

    private SteppedProxy(Vertx vertx, int count, ServicePolicy policy, Limits limits, Random dice)
            throws IOException {
        this.vertx = vertx;
        this.policy = policy;
        for (int i = 0; i < count; i++) {
            backends.add(new SteppedBackend());
        }
        proxy = new Proxy(vertx, new ListenerPolicy(ForwardingSettings.DEFAULT, limits, "a"),
                new SelectionContext(Optional.empty(), new StickyKey(new byte[] {1}), this::now,
                        () -> dice, () -> nanos),
                BackendContexts.on(Runnable::run, InstantSource.system()), Duration.ofSeconds(1),
                new ProxyObservers(() -> { }, charged::add, this::listener));
        vertx.deployVerticle(context -> proxy.deploy(1)).await();
        show();
        port = proxy.listen(List.of(new Listener("127.0.0.1", 0))).await().get(0);
    }

    private ExchangeListener listener() {
        ExchangeListener counting = counters.listener();
        return exchange -> {
            finished.add(exchange);
            counting.finished(exchange);
        };
    }

    private Instant now() {
        return BEGIN.plusNanos(nanos);
    }

    SteppedBackend backend(int index) {
        return backends.get(index);
    }

    List<SteppedBackend> backends() {
        return backends;
    }

    /** Those that have not left yet. */
    List<SteppedPeer> clients() {
        clients.removeIf(SteppedPeer::ended);
        return List.copyOf(clients);
    }

    /** A connection of which nothing is known. */
    SocketChannel connect() throws IOException {
        return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    }

    /** A new client, whose connection the proxy has taken. */
    SteppedPeer client() throws Exception {
        return client("");
    }

    /** A new client that sends this first, which the proxy has read. */
    SteppedPeer client(String raw) throws Exception {
        SteppedPeer client = new SteppedPeer(connect());
        clients.add(client);
        // Threads of their own take connections: only what the proxy itself answers says that it has come. In
        // one write, so that the rest is read together with it.
        client.send("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n" + raw);
        for (long until = System.nanoTime() + PATIENCE; !client.received().contains("\r\n\r\n");) {
            assertThat(System.nanoTime()).as("the connection is taken").isLessThan(until);
            client.pump();
        }
        client.take(client.received().indexOf("\r\n\r\n") + 4);
        settle();
        return client;
    }

    void drain(int index, boolean yes) throws Exception {
        if (yes ? draining.add(index) : draining.remove(index)) {
            show();
            settle();
        }
    }

    boolean draining(int index) {
        return draining.contains(index);
    }

    /** Holds the service for so long; not at all for none. */
    void hold(Optional<Duration> most) throws Exception {
        heldUntil = most.map(now()::plus);
        show();
        settle();
    }

    private void show() {
        List<Backend> all = new ArrayList<>();
        for (int i = 0; i < backends.size(); i++) {
            all.add(new Backend(new BackendUrl("127.0.0.1", backends.get(i).port()), 1, draining.contains(i),
                    Origin.CONFIG));
        }
        proxy.apply(new Topology(Map.of("web", new Service("web", policy, all, Origin.CONFIG, heldUntil)),
                List.of(new Route("*", "/*", "web", Origin.CONFIG)), "v" + nanos));
    }

    /** Lets so much time pass at once. */
    void step(Duration by) throws Exception {
        nanos += by.toNanos();
        onLoop(() -> {
            LoopAccess.expire(loop());
            return true;
        });
        settle();
    }

    /** Lets time pass step by step, as what waits in a line is let go. */
    void pass(Duration time) throws Exception {
        for (long left = time.toMillis(); left > 0; left -= 20) {
            step(Duration.ofMillis(20));
        }
    }

    /** Settles until this is so; no time passes meanwhile. */
    void until(String what, Callable<Boolean> holds) throws Exception {
        long until = System.nanoTime() + PATIENCE;
        settle();
        while (!holds.call()) {
            assertThat(System.nanoTime()).as("%s; %s", what, stats()).isLessThan(until);
            settle();
        }
    }

    /** Returns when nothing seems to be under way any more. */
    void settle() throws Exception {
        int quiet = 0;
        long until = System.nanoTime() + PATIENCE;
        while (quiet < QUIET_ROUNDS || !connected()) {
            assertThat(System.nanoTime()).as("a connection is open").isLessThan(until);
            onLoop(() -> true);
            boolean some = false;
            for (SteppedBackend backend : backends) {
                some |= backend.pump();
            }
            for (SteppedPeer client : clients) {
                some |= client.pump();
            }
            quiet = some ? 0 : quiet + 1;
        }
    }

    /** Threads of their own open connections: whether the backend knows all that the proxy counts. */
    private boolean connected() {
        for (int i = 0; i < backends.size(); i++) {
            if (PoolAccess.slots(pool(i)) > backends.get(i).known()) {
                return false;
            }
        }
        return true;
    }

    private BackendPool pool(int index) {
        return PoolAccess.pool(proxy.current(), "web", index);
    }

    private Loop loop() {
        return proxy.loops().get(0);
    }

    private <T> T onLoop(Supplier<T> task) throws Exception {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop().executeLater(() -> {
            try {
                done.complete(task.get());
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done.get();
    }

    Collection<BackendStats> stats() {
        return proxy.stats().await().values();
    }

    long inFlight() {
        return stats().stream().mapToLong(BackendStats::inFlight).sum();
    }

    /** Attempts that have ended. */
    long ended() {
        return stats().stream().mapToLong(BackendStats::requests).sum();
    }

    int queued() {
        return stats().stream().mapToInt(BackendStats::queued).sum();
    }

    int connections() {
        return stats().stream().mapToInt(row -> row.inUse() + row.idle()).sum();
    }

    long held() {
        return proxy.holdStats().values().stream().mapToLong(stats -> stats.waiting()).sum();
    }

    int admitted() {
        return proxy.concurrencyStats().values().stream().mapToInt(stats -> stats.inFlight()).sum();
    }

    boolean noDeadlineIsSet() throws Exception {
        return onLoop(() -> LoopAccess.idle(loop()));
    }

    long retries() {
        return proxy.retryStats().get("web").retried();
    }

    /** The requests that have ended, those by which connections were found to be taken left out. */
    List<FinishedExchange> finished() {
        synchronized (finished) {
            return finished.stream().filter(one -> !one.request().equals(PROBE)).toList();
        }
    }

    /** All that have ended. */
    List<FinishedExchange> allFinished() {
        synchronized (finished) {
            return List.copyOf(finished);
        }
    }

    /** How all that have ended are counted, by how they ended. */
    List<RequestCount> counted() {
        return counters.counts().stream().filter(count -> count.requests() > 0).toList();
    }

    /** Connections of clients, as the proxy knows them. */
    long clientConnections() {
        return proxy.clients().connections();
    }

    /** Bytes on the heap that are held for clients. */
    long memoryHeld() throws Exception {
        return onLoop(() -> LoopAccess.held(loop()));
    }

    /** Memory is gone until this returns, and no client may hold any. */
    void exhaust() throws Exception {
        int most = Integer.MAX_VALUE;
        onLoop(() -> {
            for (int i = 0; i < HEAPS; i++) {
                loop().memory().add(most);
            }
            loop().memory().budget().measure();
            return true;
        });
        settle();
        onLoop(() -> {
            for (int i = 0; i < HEAPS; i++) {
                loop().memory().add(-most);
            }
            loop().memory().budget().measure();
            return true;
        });
        settle();
    }

    /** The node stops, and the time for its clients is up. */
    void stop() throws Exception {
        vertx.deploymentIDs().forEach(vertx::undeploy);
        until("stopped", () -> vertx.deploymentIDs().isEmpty());
    }

    /** What backends have been charged with. */
    List<FailureStreak> charged() {
        return charged;
    }

    /** What balancing believes of this backend: the time that it takes, in nanoseconds. */
    double answerNanos(int index) throws Exception {
        return onLoop(() -> pool(index).on(loop()).answerTime().last());
    }

    @Override
    public void close() throws Exception {
        clients.forEach(client -> client.leave(true));
        for (SteppedBackend backend : backends) {
            backend.connections().forEach(connection -> connection.leave(true));
            backend.refuses(true);
        }
        vertx.close().await();
    }
}
