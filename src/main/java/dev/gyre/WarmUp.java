package dev.gyre;

import dev.gyre.config.Checked;
import dev.gyre.config.ConfigReader;
import dev.gyre.config.Settings;
import dev.gyre.exchange.Proxy;
import dev.gyre.listener.ListenerPolicy;
import dev.gyre.upstream.SelectionContext;
import dev.gyre.upstream.StickyKey;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.lang.management.CompilationMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the JVM compile the data path before the first client comes: a second proxy, with event loops,
 * sockets and counters of its own, serves synthetic clients on loopback from a synthetic backend. It ends
 * when the compiler has little left to do, or when its time is over. A failed warm-up is logged; the node
 * starts without it.
 */
final class WarmUp {

    private static final Logger LOG = LoggerFactory.getLogger("gyre");
    private static final String LOOPBACK = "127.0.0.1";
    private static final long WINDOW_MILLIS = 250;
    /** The compiler is done when it was at work for less than this part of so many windows in a row. */
    private static final double LITTLE = 0.2;
    private static final int WINDOWS = 4;
    /** Before so many requests the compilers have not even been asked for all there is to do. */
    private static final long AT_LEAST = 5000;
    /** For the synthetic clients to get their last answers. */
    private static final long FAREWELL_MILLIS = 1000;

    private final Duration most;
    private final long begun = System.nanoTime();
    private final Vertx own;
    /** The proxy of the warm-up is ready, or failed to start. */
    private final Promise<Void> settled = Promise.promise();
    private final Promise<Void> ended = Promise.promise();
    private SyntheticTraffic traffic;
    private long compiledMillis;
    private int quiet;
    // Like all that changes here under this object's lock, for each timer may have another event loop.
    private boolean ending;

    private WarmUp(Duration most) {
        this.most = most;
        // One loop for the proxy of the warm-up, one for its clients and backend.
        own = Vertx.builder().with(Transports.withoutFileCache(new VertxOptions().setEventLoopPoolSize(2)))
                .withTransport(Launcher.transports().chosen()).build();
    }

    /** What {@code warmUp} in the config asks for; fails only if a listener's port is in use already. */
    static Future<Void> before(Settings settings) {
        if (settings.warmUp().isZero()) {
            return Future.succeededFuture();
        }
        return TakenPorts.firstOf(settings.listeners())
                .map(taken -> Future.<Void>failedFuture(StartFailed.because(taken)))
                .orElseGet(() -> begin(settings.warmUp()).ended.future());
    }

    private static WarmUp begin(Duration most) {
        LOG.info("warming up for at most {} ms before the ports are opened", most.toMillis());
        WarmUp warmUp = new WarmUp(most);
        warmUp.own.setTimer(Math.max(1, most.toMillis()), timer -> warmUp.end("its time was over first"));
        warmUp.run();
        return warmUp;
    }

    private void run() {
        SyntheticTraffic.backend(own, LOOPBACK)
                .compose(backend -> proxy(backend.actualPort()))
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
            traffic = SyntheticTraffic.begin(own, LOOPBACK, port);
            compiledMillis = compiled();
            own.setPeriodic(WINDOW_MILLIS, timer -> look());
        }
    }

    private Future<Integer> proxy(int backend) {
        JsonObject config = new JsonObject()
                .put("listeners", new JsonArray().add(new JsonObject().put("host", LOOPBACK).put("port", 0)))
                .put("services", new JsonObject().put("warm-up", new JsonObject()
                        .put("backends", new JsonArray().add("http://" + LOOPBACK + ":" + backend))));
        Checked<Settings> read = ConfigReader.read(config);
        Settings settings = read.accepted().orElseThrow(() -> new IllegalStateException(read.toString()));
        SelectionContext selection = new SelectionContext(Optional.empty(), new StickyKey(new byte[32]),
                InstantSource.system(), RandomGenerator::getDefault);
        ListenerPolicy policy = new ListenerPolicy(settings.forwarding(),
                settings.limits().within(4 * SyntheticTraffic.CLIENTS), "warm-up");
        Proxy proxy = new Proxy(own, policy, selection, Duration.ZERO, () -> { }, streak -> { });
        return proxy.deploy(1)
                .onSuccess(v -> proxy.apply(settings.declared()))
                .compose(v -> proxy.listen(settings.listeners()))
                .map(ports -> ports.get(0));
    }

    private synchronized void look() {
        long before = compiledMillis;
        compiledMillis = compiled();
        quiet = compiledMillis - before < LITTLE * WINDOW_MILLIS ? quiet + 1 : 0;
        if (quiet >= WINDOWS && traffic.answered() >= AT_LEAST) {
            end("the compiler has little left to do");
        }
    }

    /** How long the JVM's compilers have been at work so far. */
    private static long compiled() {
        CompilationMXBean compilation = ManagementFactory.getCompilationMXBean();
        return compilation == null ? 0 : compilation.getTotalCompilationTime();
    }

    private synchronized void end(String why) {
        if (ending) {
            return;
        }
        long answered = traffic == null ? 0 : traffic.answered();
        LOG.info("warmed up for {} ms with {} requests to itself: {}",
                (System.nanoTime() - begun) / 1_000_000, answered, why);
        close();
    }

    private synchronized void close() {
        ending = true;
        if (traffic != null) {
            traffic.end().onComplete(v -> ended.tryComplete());
            own.setTimer(FAREWELL_MILLIS, timer -> ended.tryComplete());
        } else {
            ended.tryComplete();
        }
        // What is closed while it starts tells of it in the log.
        Future.all(settled.future(), ended.future()).onComplete(v -> own.close());
    }
}
