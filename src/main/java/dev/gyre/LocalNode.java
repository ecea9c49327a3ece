package dev.gyre;

import dev.gyre.api.ClusterReport;
import dev.gyre.api.ClusterReport.MissingMember;
import dev.gyre.api.ClusterReport.OtherConfig;
import dev.gyre.api.NodeInFlight;
import dev.gyre.api.NodeInfo;
import dev.gyre.api.Nodes;
import dev.gyre.api.Readiness;
import dev.gyre.api.RegistryReport;
import dev.gyre.cluster.BusUser;
import dev.gyre.cluster.Cluster;
import dev.gyre.cluster.ClusterHealth;
import dev.gyre.cluster.ClusterHealth.ClockAhead;
import dev.gyre.cluster.ClusterMember;
import dev.gyre.cluster.ClusterNode;
import dev.gyre.cluster.DeclaredConfig;
import dev.gyre.cluster.NodeStanding;
import dev.gyre.config.Settings;
import dev.gyre.discovery.Discovery;
import dev.gyre.discovery.DiscoveryPeers;
import dev.gyre.exchange.Proxy;
import dev.gyre.health.probing.HealthChecks;
import dev.gyre.health.probing.ProbePeers;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Service;
import dev.gyre.model.Topology;
import dev.gyre.quota.NodeQuota;
import dev.gyre.quota.QuotaExchange;
import dev.gyre.registry.Registry;
import dev.gyre.tls.CertificateWatch;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the other nodes ask of this node, and what the parts of this node ask of the others. */
final class LocalNode implements ClusterNode, Nodes, DiscoveryPeers, ProbePeers {

    private static final long FIRST_HEARTBEATS_NANOS = 2_000_000_000L;

    private final Settings settings;
    private final String name;
    private final Registry registry;
    private final Proxy proxy;
    private final Capacity capacity;
    private final long startNanos = System.nanoTime();
    private volatile DeclaredConfig declared;
    private volatile Optional<Cluster> cluster = Optional.empty();
    private volatile Optional<Discovery> discovery = Optional.empty();
    private volatile long joinedNanos;
    private volatile Optional<HealthChecks> health = Optional.empty();
    private volatile Optional<CertificateWatch> certificates = Optional.empty();
    private volatile Function<JsonObject, Future<JsonObject>> commands = command ->
            Future.failedFuture("the node is starting");

    LocalNode(Settings settings, String name, Registry registry, Proxy proxy, Capacity capacity) {
        this.settings = settings;
        this.name = name;
        this.registry = registry;
        this.proxy = proxy;
        this.capacity = capacity;
        this.declared = DeclaredConfig.of(settings.declared());
    }

    /** Sets the changed config. */
    void setDeclared(Topology topology) {
        declared = DeclaredConfig.of(topology);
    }

    @Override
    public DeclaredConfig declared() {
        return declared;
    }

    /** Sets the handler of commands from the cluster. */
    void setCommandHandler(Function<JsonObject, Future<JsonObject>> handler) {
        commands = handler;
    }

    /** Sets the receiver of renewals. */
    void setDiscovery(Discovery with) {
        discovery = Optional.of(with);
    }

    /** Sets the cluster that this node has joined. */
    void setCluster(Cluster joined) {
        joinedNanos = System.nanoTime();
        cluster = Optional.of(joined);
    }

    /** Sets the receiver of the other nodes' messages on health. */
    void setHealthChecks(HealthChecks checks) {
        health = Optional.of(checks);
    }

    /** Sets what this node serves TLS clients with. */
    void setCertificates(CertificateWatch watch) {
        certificates = Optional.of(watch);
    }

    @Override
    public void receive(JsonObject message) {
        health.ifPresent(checks -> checks.receive(message));
    }

    @Override
    public String self() {
        return registry.nodeId();
    }

    @Override
    public List<String> present() {
        List<String> present = cluster.map(Cluster::present).orElseGet(() -> List.of(self()));
        // Every node sends a heartbeat once a second: before that, seeing no other node proves nothing.
        boolean early = cluster.isPresent() && System.nanoTime() - joinedNanos < FIRST_HEARTBEATS_NANOS;
        return early && present.size() == 1 ? List.of() : present;
    }

    @Override
    public void broadcast(JsonObject message) {
        cluster.ifPresent(joined -> joined.broadcast(message));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String data() {
        return Path.of(settings.data()).toAbsolutePath().toString();
    }

    @Override
    public String version() {
        return Version.gyre();
    }

    @Override
    public Duration uptime() {
        return StartLog.uptime();
    }

    @Override
    public int capacity() {
        return capacity.percent();
    }

    @Override
    public Future<JsonObject> command(JsonObject command) {
        return commands.apply(command);
    }

    @Override
    public Future<Standing> standing(BackendId id) {
        Topology topology = registry.topology();
        return proxy.stats(id).map(stats -> new Standing(serves(topology, id),
                stats.values().stream().mapToLong(BackendStats::inFlight).sum()));
    }

    @Override
    public BusUser quota(String session, int expected) {
        return new QuotaExchange(new NodeQuota(self(), session, expected, System::nanoTime), proxy::uses,
                proxy::share);
    }

    private static boolean serves(Topology topology, BackendId id) {
        Service service = topology.services().get(id.service());
        return service != null && service.backends().stream()
                .filter(backend -> backend.url().equals(id.url())).anyMatch(backend -> !backend.draining());
    }

    @Override
    public Map<BackendId, Duration> renewed() {
        return discovery.map(Discovery::recent).orElse(Map.of());
    }

    @Override
    public void renewedElsewhere(Map<BackendId, Duration> there) {
        discovery.ifPresent(known -> known.heard(there));
    }

    @Override
    public boolean clustered() {
        return cluster.isPresent();
    }

    @Override
    public Map<String, Duration> heard() {
        return cluster.map(Cluster::members).orElse(List.of()).stream().skip(1)
                .collect(Collectors.toMap(ClusterMember::id, ClusterMember::heard));
    }

    @Override
    public Future<Boolean> drained(BackendId backend) {
        return inFlight(backend).map(all -> all.stream().allMatch(NodeInFlight::drained));
    }

    @Override
    public List<NodeInfo> list() {
        return cluster.map(Cluster::members).map(members -> members.stream().map(this::info).toList())
                .orElseGet(() -> List.of(alone()));
    }

    @Override
    public Optional<String> refusal(BackendUrl url) {
        return settings.networks().refusal(url.host(), url.port());
    }

    @Override
    public Map<String, Long> refused() {
        return cluster.map(Cluster::refused).orElse(Map.of());
    }

    @Override
    public ClusterReport cluster() {
        return cluster.map(Cluster::health).map(LocalNode::report).orElse(ClusterReport.ALONE);
    }

    private static ClusterReport report(ClusterHealth health) {
        return new ClusterReport(health.expected(),
                health.missing().stream()
                        .map(one -> new MissingMember(one.address(), one.unheard(), one.ever())).toList(),
                health.notJoined(), health.otherSecrets(),
                health.otherConfigs().stream()
                        .map(one -> new OtherConfig(one.id(), one.name(), one.differences())).toList(),
                health.clocks().stream().collect(Collectors.toMap(ClockAhead::id, ClockAhead::ahead)));
    }

    /** The answer of {@code /ready}, with notes for the operator. */
    Readiness readiness(boolean ready) {
        List<String> notes = new ArrayList<>();
        cluster().notJoined().ifPresent(reason -> notes.add("not joined: " + reason));
        cluster.flatMap(Cluster::clockTrouble).ifPresent(notes::add);
        notes.addAll(new RegistryReport(registry.status()).notes());
        certificates.map(CertificateWatch::faults).orElse(List.of())
                .forEach(fault -> notes.add("certificate: " + fault));
        return new Readiness(ready, capacity(), notes);
    }

    private NodeInfo info(ClusterMember member) {
        return new NodeInfo(member.name(), member.id(), member.address(), member.version(), member.uptime(),
                member.view(), member.age(), member.digest(),
                health.map(HealthChecks::isolatedNodes).orElse(List.of()).contains(member.id()),
                        member.clock(),
                member.unknown(), member.capacity());
    }

    private NodeInfo alone() {
        String address = settings.admin().host() + ":" + settings.admin().port();
        return new NodeInfo(name(), registry.nodeId(), address, version(), uptime(),
                registry.topology().version(), Duration.ofNanos(System.nanoTime() - startNanos),
                registry.entries().digest(), false, Duration.ZERO, registry.status().unknown().size(),
                capacity());
    }

    @Override
    public Future<List<NodeInFlight>> inFlight(BackendId backend) {
        Future<List<NodeStanding>> standing = cluster.map(joined -> joined.standing(backend))
                .orElseGet(() -> standing(backend).map(own -> List.of(
                        new NodeStanding(registry.nodeId(), name(), Optional.of(own)))));
        return standing.map(all -> all.stream().map(LocalNode::inFlight).toList());
    }

    private static NodeInFlight inFlight(NodeStanding node) {
        boolean drained = node.standing().filter(now -> !now.served() && now.inFlight() == 0).isPresent();
        return new NodeInFlight(node.id(), node.name(), drained, node.standing().map(Standing::inFlight));
    }
}
