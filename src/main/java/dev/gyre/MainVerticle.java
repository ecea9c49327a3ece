package dev.gyre;

import dev.gyre.api.AdminBus;
import dev.gyre.api.AdminClocks;
import dev.gyre.api.AdminServer;
import dev.gyre.api.CommandHandler;
import dev.gyre.api.CommandThreads;
import dev.gyre.api.Metrics;
import dev.gyre.cluster.Clocks;
import dev.gyre.cluster.Cluster;
import dev.gyre.config.Checked;
import dev.gyre.config.ConfigError;
import dev.gyre.config.ConfigReader;
import dev.gyre.config.ConfigSource;
import dev.gyre.config.Settings;
import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.discovery.Discovery;
import dev.gyre.dns.NameResolver;
import dev.gyre.exchange.Proxy;
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
import dev.gyre.upstream.SelectionContext;
import dev.gyre.vertx.EventLoops;
import io.vertx.core.Future;
import io.vertx.core.Promise;
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
 * The composition root: builds, connects, starts and stops everything, in the order written here. The data
 * path is joined to the rest by two seams: the registry shows its topology to the proxy, and the verdicts on
 * its backends judge them.
 */
public final class MainVerticle extends VerticleBase {

    /** In the given config, beside its path: this node is one of a cluster. Set by {@code -cluster}. */
    static final String CLUSTERED = "gyre.cluster";

    private static final Logger LOG = LoggerFactory.getLogger("gyre");
    /** How long a node that starts waits to hear what the others hold, before it serves by its own disk. */
    private static final Duration JOINING = Duration.ofSeconds(10);
    /** How long it waits for the addresses of backends, before it serves by those it has. */
    private static final Duration RESOLVING = Duration.ofSeconds(2);

    private final boolean durable;
    private boolean clustered;
    private ConfigSource source;
    /** Those of the start: what cannot be changed while running stays as they say. */
    private Settings settings;
    private String name;
    private Registry registry;
    private Limits limits;
    private Proxy proxy;
    private NameResolver names;
    private Verdicts verdicts;
    private Ejector ejector;
    private TrafficSampler traffic;
    private HealthChecks health;
    private AdminServer admin;
    private AdminBus bus;
    private LocalNode self;
    private Discovery discovery;
    private Cluster cluster;
    private List<Integer> ports = List.of();
    private volatile boolean ready;

    public MainVerticle() {
        this(true);
    }

    /** @param durable keep changes in the data directory; otherwise they are forgotten at the end */
    MainVerticle(boolean durable) {
        this.durable = durable;
    }

    @Override
    public Future<?> start() {
        JsonObject given = config().copy();
        clustered = Boolean.TRUE.equals(given.remove(CLUSTERED));
        source = ConfigSource.open(vertx, given);
        return readConfig()
                .compose(v -> openRegistry())
                .compose(v -> prepareProxy())
                .compose(v -> openAdmin())
                .compose(v -> joinCluster())
                .onSuccess(v -> health.start())
                .compose(v -> resolveNames())
                .compose(v -> warmUp())
                .compose(v -> openListeners())
                .onSuccess(v -> {
                    discovery.start();
                    followConfig();
                });
    }

    private Future<Void> readConfig() {
        return source.load()
                .recover(e -> Future.failedFuture(StartFailed.badConfig(List.of(e.getMessage()))))
                .compose(json -> context.executeBlocking(() -> ConfigReader.read(json), false))
                .compose(read -> {
                    if (read instanceof Checked.Rejected<Settings> rejected) {
                        return Future.failedFuture(StartFailed.badConfig(lines(rejected)));
                    }
                    settings = read.accepted().orElseThrow();
                    return vertx.executeBlocking(() -> settings.nodeName().orElseGet(HostName::read));
                })
                .onSuccess(called -> name = called).mapEmpty();
    }

    private static List<String> lines(Checked.Rejected<Settings> rejected) {
        return rejected.errors().stream().map(ConfigError::toString).toList();
    }

    private Future<Void> openRegistry() {
        Optional<Path> data = durable ? Optional.of(Path.of(settings.data())) : Optional.empty();
        Declaration declaration = new Declaration(settings.declared(), clustered);
        return Registry.open(vertx, registrySettings(data), declaration, InstantSource.system())
                .recover(e -> Future.failedFuture(StartFailed.because(e.getMessage())))
                .onSuccess(opened -> registry = opened)
                .mapEmpty();
    }

    private RegistrySettings registrySettings(Optional<Path> data) {
        return new RegistrySettings(data, name, settings.retention(),
                settings.cluster().orElse(ClusterSettings.DEFAULT).maxClockSkew());
    }

    private Future<Void> prepareProxy() {
        StickySecret sticky = StickySecret.of(settings);
        SelectionContext selection = new SelectionContext(settings.zone(), sticky.key(),
                InstantSource.system(), RandomGenerator::getDefault);
        verdicts = new Verdicts(fitness -> proxy.judge(fitness),
                task -> context.runOnContext(v -> task.run()));
        ejector = new Ejector(verdicts, System::nanoTime, InstantSource.system());
        traffic = new TrafficSampler(vertx, ejector);
        limits = settings.limits().within(OpenFiles.clients(registry.topology(), OpenFiles.limit()));
        proxy = new Proxy(vertx, new ListenerPolicy(settings.forwarding(), limits, registry.nodeId()),
                selection, settings.grace(), () -> ready = false, traffic::failed);
        names = new NameResolver(settings.resolver(), settings.networks(), InstantSource.system(),
                RandomGenerator.getDefault(),
                task -> context.executeBlocking(() -> {
                    task.run();
                    return null;
                }), this::show);
        int instances = settings.instances().orElse(Runtime.getRuntime().availableProcessors());
        return proxy.deploy(instances).onSuccess(v -> {
            prepareHealth();
            // The watcher is called before a command is acknowledged: what was acknowledged is served.
            registry.watch(names::apply);
            registry.watch(sticky::check);
            sticky.check(registry.topology());
            names.apply(registry.topology());
            traffic.start(proxy::traffic);
        });
    }

    private void prepareHealth() {
        self = new LocalNode(settings, name, registry, proxy);
        health = new HealthChecks(vertx, verdicts, self, proxy::recentStats,
                new Timing(InstantSource.system(), System::nanoTime, RandomGenerator.getDefault()));
        self.setHealthChecks(health);
    }

    /** With addresses for names. */
    private void show(Topology topology) {
        // First, so that no verdict on a backend comes before it is known here.
        verdicts.keep(topology);
        traffic.apply(topology);
        proxy.apply(topology);
        health.apply(topology);
    }

    private Future<Void> openAdmin() {
        discovery = new Discovery(vertx, registry, self, System::nanoTime);
        self.setDiscovery(discovery);
        Observations observed = new Observations(proxy, names, verdicts, ejector, health);
        CommandHandler handler = new CommandHandler(vertx, registry, observed, self, discovery,
                new CommandThreads(EventLoops.worker(vertx), EventLoops.worker(vertx)));
        self.setCommandHandler(command -> handler.handle(command, "via bus"));
        Metrics metrics = new Metrics(observed, self, registry::status);
        // On an event loop of its own, as far as there are enough, and until this verticle has stopped.
        Future<AdminServer> opened = CommandThreads.on(EventLoops.another(vertx), () ->
                AdminServer.start(vertx, settings.admin(), handler, metrics, () -> self.readiness(ready),
                        new AdminClocks(InstantSource.system(), System::nanoTime)));
        return AdminBus.start(vertx, handler)
                .onSuccess(started -> bus = started)
                .compose(v -> CommandThreads.back(context, opened))
                .recover(e -> Future.failedFuture(StartFailed.because(e.getMessage())))
                .onSuccess(started -> admin = started)
                .mapEmpty();
    }

    /** Before the listeners: what others have drained or removed meanwhile is not to get a request here. */
    private Future<Void> joinCluster() {
        if (!clustered) {
            return Future.succeededFuture();
        }
        return Cluster.join(vertx, settings.cluster().orElse(ClusterSettings.DEFAULT), registry, self,
                        new Clocks(InstantSource.system(), System::nanoTime), JOINING)
                .recover(e -> Future.failedFuture(StartFailed.notJoined(e)))
                .onSuccess(joined -> {
                    cluster = joined;
                    self.joined(joined);
                })
                .mapEmpty();
    }

    /** A name that nobody answers for keeps no node from starting. */
    private Future<Void> resolveNames() {
        Promise<Void> settled = Promise.promise();
        names.settled(RESOLVING).onComplete(done -> context.runOnContext(v -> settled.complete()));
        return settled.future();
    }

    /** The last before the listeners: what comes before it keeps up to date meanwhile. */
    private Future<Void> warmUp() {
        if (settings.warmUp().isZero()) {
            return Future.succeededFuture();
        }
        Optional<String> taken = TakenPorts.firstOf(settings.listeners());
        if (taken.isPresent()) {
            return Future.failedFuture(StartFailed.because(taken.get()));
        }
        Promise<Void> warm = Promise.promise();
        WarmUp.begin(settings.warmUp()).ended().onComplete(v -> context.runOnContext(w -> warm.complete()));
        return warm.future();
    }

    private Future<Void> openListeners() {
        return proxy.listen(settings.listeners())
                .recover(e -> Future.failedFuture(StartFailed.because(e.getMessage())))
                .onSuccess(opened -> {
                    ports = opened;
                    ready = true;
                    StartLog.write(settings, limits, names.topology(), ports, admin.port(), durable);
                    context.runOnContext(done -> Launcher.serving(proxy.servesHere() ? List.of()
                            : ThreadPriorities.own().stream().toList()));
                })
                .mapEmpty();
    }

    /** The listeners' ports in use, in their order in the config. */
    List<Integer> ports() {
        return ports;
    }

    /** The admin port in use. */
    int adminPort() {
        return admin.port();
    }

    /** What cannot change while the node runs is said, not silently left. */
    private void followConfig() {
        source.onChange(loaded -> loaded
                .compose(json -> context.executeBlocking(() -> ConfigReader.read(json), false))
                .onFailure(e -> LOG.error("config not applied, what runs stays: {}", e.getMessage()))
                .onSuccess(read -> {
                    if (read instanceof Checked.Rejected<Settings> rejected) {
                        LOG.error("config not applied, what runs stays:\n  {}",
                                String.join("\n  ", lines(rejected)));
                    } else {
                        apply(read.accepted().orElseThrow());
                    }
                }));
    }

    private void apply(Settings changed) {
        FixedSettings.changed(settings, changed).forEach(key ->
                LOG.warn("config: {} has changed, which takes effect at the next start only", key));
        proxy.grace(changed.grace());
        self.setDeclared(changed.declared());
        registry.declare(changed.declared())
                .onSuccess(applied -> LOG.info("config applied: {}, topology {}", applied.what(),
                        applied.version()))
                .onFailure(e -> LOG.error("config not applied, what runs stays: {}", e.getMessage()));
    }

    /** The proxy's verticles have let their clients go by now; they are undeployed before this one. */
    @Override
    public Future<?> stop() {
        ready = false;
        return close(source, ConfigSource::close)
                .eventually(() -> close(traffic, TrafficSampler::close))
                .eventually(() -> close(health, HealthChecks::close))
                .eventually(() -> close(bus, AdminBus::close))
                .eventually(() -> close(cluster, Cluster::close))
                .eventually(() -> close(admin, AdminServer::close))
                .eventually(() -> close(names, NameResolver::close))
                .eventually(() -> close(registry, Registry::close))
                .onSuccess(v -> LOG.info("stopped"));
    }

    private static <T> Future<Void> close(T part, Function<T, Future<Void>> how) {
        return part == null ? Future.succeededFuture() : how.apply(part);
    }
}
