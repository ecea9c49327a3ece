package dev.gyre;

import dev.gyre.api.AdminBus;
import dev.gyre.api.AdminClocks;
import dev.gyre.api.AdminServer;
import dev.gyre.api.CommandHandler;
import dev.gyre.api.CommandThreads;
import dev.gyre.api.Metrics;
import dev.gyre.cluster.Clocks;
import dev.gyre.cluster.Cluster;
import dev.gyre.config.Settings;
import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.discovery.Discovery;
import dev.gyre.dns.NameResolver;
import dev.gyre.exchange.Proxy;
import dev.gyre.exchange.ProxyObservers;
import dev.gyre.health.Verdicts;
import dev.gyre.health.outlier.Ejector;
import dev.gyre.health.outlier.TrafficSampler;
import dev.gyre.health.probing.HealthChecks;
import dev.gyre.health.probing.Timing;
import dev.gyre.listener.ListenerPolicy;
import dev.gyre.model.Limits;
import dev.gyre.model.Topology;
import dev.gyre.registry.Declaration;
import dev.gyre.registry.Registry;
import dev.gyre.registry.RegistrySettings;
import dev.gyre.telemetry.RequestCounters;
import dev.gyre.tls.BackendContexts;
import dev.gyre.tls.CertificateSources;
import dev.gyre.tls.CertificateWatch;
import dev.gyre.tls.ListenerContexts;
import dev.gyre.tls.UnusableCertificates;
import dev.gyre.upstream.SelectionContext;
import dev.gyre.vertx.EventLoops;
import dev.gyre.vertx.GuardedTransport;
import dev.gyre.vertx.OpenHandshakes;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: builds, connects, starts and stops a node, in the order written in {@link #start} and
 * {@link #stop}; {@link Launcher} has what the process does before and after. The data path takes a topology
 * with addresses ({@link Proxy#apply}), verdicts on backends ({@link Proxy#judge}) and this node's shares of
 * cluster-wide limits ({@link Proxy#share}); it gives back what {@link ProxyObservers} names.
 */
public final class MainVerticle extends VerticleBase {

    /** In the given config, beside its path: this node is one of a cluster. Set by {@code -cluster}. */
    static final String CLUSTERED = "gyre.cluster";

    private static final Logger LOG = LoggerFactory.getLogger("gyre");
    /** Longest wait for the other nodes' entries, before a node that starts serves by its own disk. */
    private static final Duration JOIN_WAIT = Duration.ofSeconds(10);
    /** Longest wait for the addresses of backends, before the node serves by those it has. */
    private static final Duration RESOLVE_WAIT = Duration.ofSeconds(2);
    /** How often files of TLS settings are looked at. */
    private static final long FILES_EVERY_MILLIS = 2_000;

    /** TLS handshakes under way at the admin port. */
    private static final int ADMIN_HANDSHAKES = 128;

    private final boolean durable;
    private boolean clustered;
    private NodeConfig config;
    /** The config of the start: {@link FixedSettings} stay as they are here. */
    private Settings settings;
    private String nodeName;
    private CertificateWatch certificates;
    private ListenerContexts tls;
    private Registry registry;
    private Limits limits;
    private StickySecret stickySecret;
    private final RequestCounters requests = new RequestCounters();
    private BackendContexts backendTls;
    private Proxy proxy;
    private NameResolver resolver;
    private Verdicts verdicts;
    private Ejector ejector;
    private TrafficSampler sampler;
    private HealthChecks health;
    private AdminServer admin;
    private AdminBus adminBus;
    private LocalNode localNode;
    private Discovery discovery;
    private Cluster cluster;
    private final Capacity capacity = new Capacity(KernelThread::all, System::nanoTime);
    private List<Integer> ports = List.of();
    private volatile boolean ready;

    public MainVerticle() {
        this(true);
    }

    /** @param durable keep changes in the data directory; otherwise they are lost when the node stops */
    MainVerticle(boolean durable) {
        this.durable = durable;
    }

    @Override
    public Future<?> start() {
        JsonObject given = config().copy();
        clustered = Boolean.TRUE.equals(given.remove(CLUSTERED));
        config = new NodeConfig(vertx, context, given);
        return readConfig()
                .compose(v -> readCertificates())
                .compose(v -> openRegistry())
                .compose(v -> deployProxy())
                .compose(v -> connectProxy())
                .compose(v -> openAdmin())
                // Before the listeners: other nodes may have drained or removed backends meanwhile.
                .compose(v -> joinCluster())
                .onSuccess(v -> health.start())
                // A name without an answer keeps no node from starting.
                .compose(v -> CommandThreads.back(context, resolver.settled(RESOLVE_WAIT)))
                // Last before the listeners: everything above stays up to date meanwhile.
                .compose(v -> CommandThreads.back(context, WarmUp.before(settings)))
                .compose(compiled -> {
                    if (compiled) {
                        capacity.warmedUp();
                    }
                    return openListeners();
                })
                .map(v -> {
                    capacity.follow(vertx);
                    discovery.start();
                    certificates.follow(vertx, context);
                    config.follow(this::apply);
                    return null;
                });
    }

    /** Vert.x undeploys the proxy's verticles first: by now their clients have gone. */
    @Override
    public Future<?> stop() {
        ready = false;
        if (certificates != null) {
            certificates.close();
        }
        return close(config, NodeConfig::close)
                .eventually(() -> close(sampler, TrafficSampler::close))
                .eventually(() -> close(health, HealthChecks::close))
                .eventually(() -> close(adminBus, AdminBus::close))
                .eventually(() -> close(cluster, Cluster::close))
                .eventually(() -> close(admin, AdminServer::close))
                .eventually(() -> close(resolver, NameResolver::close))
                .eventually(() -> close(registry, Registry::close))
                .onSuccess(v -> LOG.info("stopped"));
    }

    /** @param part null if the start did not get so far */
    private static <T> Future<Void> close(T part, Function<T, Future<Void>> how) {
        return part == null ? Future.succeededFuture() : how.apply(part);
    }

    private Future<Void> readConfig() {
        return config.read()
                .onSuccess(read -> settings = read)
                .compose(v -> vertx.executeBlocking(() -> settings.nodeName().orElseGet(HostName::read)))
                .onSuccess(read -> nodeName = read)
                .mapEmpty();
    }

    private Future<Void> readCertificates() {
        return vertx.executeBlocking(() -> CertificateWatch.open(CertificateSources.of(settings),
                        InstantSource.system()))
                .map(read -> certificates = read)
                .recover(e -> Future.failedFuture(e instanceof UnusableCertificates unusable
                        ? StartFailed.badConfig(unusable.reasons()) : e))
                .compose(v -> vertx.executeBlocking(
                        () -> ListenerContexts.open(settings.listeners(), certificates)))
                .onSuccess(opened -> tls = opened)
                .mapEmpty();
    }

    private Future<Void> openRegistry() {
        RegistrySettings registrySettings = new RegistrySettings(
                durable ? Optional.of(Path.of(settings.data())) : Optional.empty(), nodeName,
                settings.retention(), settings.cluster().orElse(ClusterSettings.DEFAULT).maxClockSkew());
        return Registry.open(vertx, registrySettings, new Declaration(settings.declared(), clustered),
                        InstantSource.system())
                .recover(StartFailed::onThisMachine)
                .onSuccess(opened -> registry = opened)
                .mapEmpty();
    }

    /** Without ports yet. */
    private Future<Void> deployProxy() {
        limits = settings.limits().within(OpenFiles.clients(registry.topology(), OpenFiles.limit()));
        stickySecret = StickySecret.of(settings);
        verdicts = new Verdicts(backendHealth -> proxy.judge(backendHealth),
                task -> context.runOnContext(v -> task.run()));
        ejector = new Ejector(verdicts, System::nanoTime, InstantSource.system());
        sampler = new TrafficSampler(vertx, ejector);
        backendTls = BackendContexts.on(this::onWorker, InstantSource.system());
        vertx.setPeriodic(FILES_EVERY_MILLIS, timer -> backendTls.refresh());
        proxy = new Proxy(vertx, new ListenerPolicy(settings.forwarding(), limits, registry.nodeId()),
                new SelectionContext(settings.zone(), stickySecret.key(), InstantSource.system(),
                        RandomGenerator::getDefault),
                backendTls, settings.grace(),
                new ProxyObservers(() -> ready = false, sampler::failed, requests::listener));
        return proxy.deploy(settings.instances().orElse(Runtime.getRuntime().availableProcessors()));
    }

    private Future<Void> connectProxy() {
        localNode = new LocalNode(settings, nodeName, registry, proxy, capacity);
        localNode.setCertificates(certificates);
        health = new HealthChecks(vertx, verdicts, localNode, proxy::recentStats,
                new Timing(InstantSource.system(), System::nanoTime, RandomGenerator.getDefault()),
                backendTls);
        localNode.setHealthChecks(health);
        resolver = new NameResolver(settings.resolver(), settings.networks(), InstantSource.system(),
                RandomGenerator.getDefault(),
                this::onWorker, this::publish);
        // The registry calls its watchers before it acknowledges a command: what is acknowledged is served.
        return registry.follow(resolver::apply)
                .compose(v -> registry.follow(stickySecret::check))
                .onSuccess(v -> sampler.start(proxy::traffic));
    }

    private void onWorker(Runnable task) {
        context.executeBlocking(() -> {
            task.run();
            return null;
        });
    }

    /** @param topology with addresses for names */
    private void publish(Topology topology) {
        // First, so that every backend is known here before the first verdict on it.
        verdicts.apply(topology);
        backendTls.apply(topology);
        requests.keep(topology);
        sampler.apply(topology);
        proxy.apply(topology);
        health.apply(topology);
    }

    private Future<Void> openAdmin() {
        discovery = new Discovery(vertx, registry, localNode, System::nanoTime);
        localNode.setDiscovery(discovery);
        Observations observed = new Observations(proxy, requests, resolver, verdicts, ejector, health,
                certificates);
        CommandHandler handler = new CommandHandler(vertx, registry, observed, localNode, discovery,
                new CommandThreads(EventLoops.worker(vertx), EventLoops.worker(vertx)));
        localNode.setCommandHandler(command -> handler.handle(command, "via bus"));
        Metrics metrics = new Metrics(observed, localNode, registry::status);
        // Its event loop is another one than the listeners' if there are several, and outlives this verticle.
        Context adminLoop = EventLoops.another(vertx);
        if (settings.admin().tls().isPresent()) {
            GuardedTransport.guard(adminLoop, port -> OpenHandshakes.bound(port, ADMIN_HANDSHAKES));
        }
        Future<AdminServer> opened = CommandThreads.on(adminLoop, () ->
                AdminServer.start(vertx, settings.admin(), certificates, handler, metrics,
                        () -> localNode.readiness(ready),
                        new AdminClocks(InstantSource.system(), System::nanoTime)));
        return AdminBus.start(vertx, handler)
                .onSuccess(started -> adminBus = started)
                .compose(v -> CommandThreads.back(context, opened))
                .recover(StartFailed::onThisMachine)
                .onSuccess(started -> admin = started)
                .mapEmpty();
    }

    private Future<Void> joinCluster() {
        if (!clustered) {
            return Future.succeededFuture();
        }
        return Cluster.join(vertx, settings.cluster().orElse(ClusterSettings.DEFAULT), registry, localNode,
                        new Clocks(InstantSource.system(), System::nanoTime), JOIN_WAIT)
                .recover(StartFailed::notJoined)
                .onSuccess(joined -> {
                    cluster = joined;
                    localNode.setCluster(joined);
                })
                .mapEmpty();
    }

    private Future<Void> openListeners() {
        return proxy.listen(settings.listeners(), tls)
                .recover(StartFailed::onThisMachine)
                .map(opened -> {
                    ports = opened;
                    ready = true;
                    StartLog.write(settings, limits, resolver.topology(), ports, admin.port(), durable);
                    // A thread that serves requests keeps its priority.
                    context.runOnContext(done -> Launcher.serving(proxy.servesHere() ? List.of()
                            : KernelThread.own().stream().toList()));
                    return null;
                });
    }

    /** Takes over a changed config, as far as a running node can. */
    private void apply(Settings changed) {
        FixedSettings.changed(settings, changed).forEach(key ->
                LOG.warn("config setting changed setting={}: it takes effect at the next start", key));
        proxy.grace(changed.grace());
        localNode.setDeclared(changed.declared());
        backendTls.warnOfInsecure();
        registry.declare(changed.declared())
                .onSuccess(applied -> LOG.info("config applied: {}, topology {}", applied.what(),
                        applied.version()))
                .onFailure(e -> LOG.error("config rejected, keeping the running one: {}", e.getMessage()));
    }

    /** The listeners' ports in use, in their order in the config. */
    List<Integer> ports() {
        return ports;
    }

    /** The admin port in use. */
    int adminPort() {
        return admin.port();
    }
}
