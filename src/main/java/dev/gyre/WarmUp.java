package dev.gyre;

import dev.gyre.config.Checked;
import dev.gyre.config.ConfigReader;
import dev.gyre.config.Settings;
import dev.gyre.exchange.Proxy;
import dev.gyre.exchange.ProxyObservers;
import dev.gyre.listener.ListenerPolicy;
import dev.gyre.tls.BackendContexts;
import dev.gyre.upstream.SelectionContext;
import dev.gyre.upstream.StickyKey;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the JVM compile the data path before the first client comes: a second proxy, with event loops,
 * sockets and counters of its own, serves synthetic clients on loopback from a synthetic backend. It ends
 * when the compilers have caught up, or when its time is over. A failed warm-up is logged; the node starts
 * without it.
 */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger("gyre");
    private static final String LOOPBACK = "127.0.0.1";
    private static final long LOOK_MILLIS = 250;
    /** How long the compilers must have been idle. */
    private static final Duration QUIET = Duration.ofSeconds(1);
    private static final int LOOKS = (int) (QUIET.toMillis() / LOOK_MILLIS);
    /** Before so many requests the compilers have not even been asked for all there is to do. */
    private static final long AT_LEAST = 20_000;
    /** The ports wait no longer for the synthetic clients to get their last answers. */
    private static final long FAREWELL_MILLIS = 1000;

    private final Duration most;
    private final int instances;
    private final long begun = System.nanoTime();
    private final Vertx own;
    /** The proxy of the warm-up is ready, or failed to start. */
    private final Promise<Void> settled = Promise.promise();
    /** With whether the compilers have caught up. */
    private final Promise<Boolean> ended = Promise.promise();
    private final CompilerIdle idle = new CompilerIdle(QUIET);
    /** Requests answered at each of the last looks. */
    private final long[] answered = new long[LOOKS];
    private SyntheticBackend backend;
    private SyntheticTraffic traffic;
    private int looks;
    // Like all that changes here under this object's lock, for each timer may have another event loop.
    private boolean ending;
    private boolean compiled;

    private WarmUp(Duration most, int instances) {
        this.most = most;
        this.instances = instances;
        own = Launcher.builder(new VertxOptions().setEventLoopPoolSize(instances)).build();
    }

    /**
     * What {@code warmUp} in the config asks for; fails only if a listener's port is in use already. Returns
     * whether the compilers have caught up.
     */
    static Future<Boolean> before(Settings settings) {
        if (settings.warmUp().isZero()) {
            return Future.succeededFuture(false);
        }
        return TakenPorts.firstOf(settings.listeners())
                .map(taken -> Future.<Boolean>failedFuture(StartFailed.because(taken)))
                .orElseGet(() -> begin(settings.warmUp(), settings.instances()
                        .orElse(Runtime.getRuntime().availableProcessors())).ended.future());
    }

    /** @param instances event loops that serve, as many as the node will have */
    private static WarmUp begin(Duration most, int instances) {
        LOG.info("warming up for at most {} ms before the ports are opened", most.toMillis());
        WarmUp warmUp = new WarmUp(most, instances);
        warmUp.own.setTimer(Math.max(1, most.toMillis()), timer -> warmUp.end("its time was over first"));
        warmUp.run();
        return warmUp;
    }

    private void run() {
        own.executeBlocking(SyntheticBackend::open, false)
                .compose(this::proxy)
                .onSuccess(this::send)
                .onFailure(this::failed);
    }

    private synchronized void failed(Throwable cause) {
        settled.complete();
        if (!ending) {
            LOG.warn("cannot warm up: {}; opening the ports as it is", cause.getMessage());
            close();
        }
    }

    private synchronized void send(int port) {
        settled.complete();
        // The time may have been over before the proxy stood.
        if (!ending) {
            traffic = SyntheticTraffic.begin(port, instances);
            own.setPeriodic(LOOK_MILLIS, timer -> look());
        }
    }

    private Future<Integer> proxy(SyntheticBackend opened) {
        synchronized (this) {
            backend = opened;
        }
        JsonObject config = new JsonObject()
                .put("listeners", new JsonArray().add(new JsonObject().put("host", LOOPBACK).put("port", 0)))
                .put("services", new JsonObject().put("warm-up", new JsonObject()
                        .put("backends", new JsonArray().add("http://" + LOOPBACK + ":" + opened.port()))));
        Checked<Settings> read = ConfigReader.read(config);
        Settings settings = read.accepted().orElseThrow(() -> new IllegalStateException(read.toString()));
        SelectionContext selection = new SelectionContext(Optional.empty(), new StickyKey(new byte[32]),
                InstantSource.system(), RandomGenerator::getDefault);
        ListenerPolicy policy = new ListenerPolicy(settings.forwarding(),
                settings.limits().within(4 * SyntheticTraffic.CLIENTS * instances), "warm-up");
        Proxy proxy = new Proxy(own, policy, selection,
                BackendContexts.on(Runnable::run, InstantSource.system()), Duration.ZERO,
                ProxyObservers.none());
        Promise<Integer> port = Promise.promise();
        // As a verticle, like that of a node: its timers end before the event loops do.
        return own.deployVerticle(context -> proxy.deploy(instances)
                        .onSuccess(v -> proxy.apply(settings.declared()))
                        .compose(v -> proxy.listen(settings.listeners()))
                        .onSuccess(ports -> port.complete(ports.get(0))))
                .compose(id -> port.future());
    }

    private synchronized void look() {
        boolean caughtUp = idle.reached(System.nanoTime(), CompilerLoad.now());
        answered[looks % LOOKS] = traffic.answered();
        looks++;
        if (caughtUp && traffic.answered() >= AT_LEAST) {
            compiled = true;
            end("the compilers are idle");
        }
    }

    /** Requests a second since the oldest of the last looks. */
    private long rate(long now) {
        return looks < LOOKS ? 0 : (now - answered[looks % LOOKS]) * 1000 / ((LOOKS - 1) * LOOK_MILLIS);
    }

    private synchronized void end(String why) {
        if (ending) {
            return;
        }
        long requests = traffic == null ? 0 : traffic.answered();
        LOG.info("warmed up for {} ms with {} requests to itself, {}/s at the end: {}",
                (System.nanoTime() - begun) / 1_000_000, requests, rate(requests), why);
        close();
    }

    private synchronized void close() {
        ending = true;
        Future<Void> left = traffic == null ? Future.succeededFuture() : traffic.end();
        left.onComplete(v -> ended.tryComplete(compiled));
        own.setTimer(FAREWELL_MILLIS, timer -> ended.tryComplete(compiled));
        // The ports may open meanwhile. A part that ends before those that use it makes them log failures.
        Future.all(settled.future(), left)
                .eventually(own::close)
                .onComplete(v -> closeBackend());
    }

    private synchronized void closeBackend() {
        if (backend != null) {
            backend.close();
        }
    }
}
