package dev.gyre.api;

import static dev.gyre.registry.Node.get;

import dev.gyre.cli.AdminCli;
import dev.gyre.cli.ExitCode;
import dev.gyre.config.AdminTls;
import dev.gyre.config.BackendNetworks;
import dev.gyre.config.Settings.AdminSettings;
import dev.gyre.config.Settings.AdminToken;
import dev.gyre.discovery.Discovery;
import dev.gyre.discovery.DiscoveryPeers;
import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.CertificateStatus;
import dev.gyre.model.ClientStats;
import dev.gyre.model.ConcurrencyStats;
import dev.gyre.model.GateStats;
import dev.gyre.model.HoldStats;
import dev.gyre.model.Limit;
import dev.gyre.model.MemoryHolding;
import dev.gyre.model.MemoryStats;
import dev.gyre.model.NameStatus;
import dev.gyre.model.ProbeCount;
import dev.gyre.model.RequestCount;
import dev.gyre.model.RetryStats;
import dev.gyre.model.Role;
import dev.gyre.model.Topology;
import dev.gyre.model.TunnelStats;
import dev.gyre.registry.Node;
import dev.gyre.tls.CertificateSources;
import dev.gyre.tls.CertificateWatch;
import dev.gyre.vertx.EventLoops;
import io.vertx.core.Future;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A node's three doors on real sockets, in front of a real registry; what it observes is made up. */
public final class Doors implements AutoCloseable {

    public final Node node;
    final Map<BackendId, BackendStats> stats = new ConcurrentHashMap<>();
    public final SortedMap<String, ConcurrencyStats> concurrency = new TreeMap<>();
    final List<RequestCount> requests = new ArrayList<>();
    final SortedMap<String, RetryStats> retries = new TreeMap<>();
    final SortedMap<String, HoldStats> holds = new TreeMap<>();
    final SortedMap<String, NameStatus> names = new TreeMap<>();
    final Map<BackendId, Map<String, Long>> ejections = new ConcurrentHashMap<>();
    final Map<BackendId, ProbeCount> probes = new ConcurrentHashMap<>();
    volatile BackendNetworks networks = BackendNetworks.DEFAULT;
    /** Listings wait for this; {@link #held} counts them. */
    volatile Optional<CountDownLatch> holding = Optional.empty();
    final AtomicInteger held = new AtomicInteger();
    volatile BackendHealth backendHealth = BackendHealth.UNKNOWN;
    final AtomicLong nanos = new AtomicLong();
    final AtomicBoolean ready = new AtomicBoolean(true);
    final AtomicInteger capacity = new AtomicInteger(Readiness.FULL);
    public final AdminServer server;
    private final CommandHandler handler;
    final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** What a door answered: an HTTP status, and the reply or the refusal's message. */
    public record Answer(int code, JsonObject reply, String refusal) {
    }

    public record Said(int exit, String out, String err) {
    }

    public Doors(Topology declared, Optional<String> token) throws Exception {
        this(declared, token.map(secret -> List.of(new AdminToken(AdminToken.UNNAMED, Role.OPERATE, secret)))
                .orElse(List.of()));
    }

    /** How the cluster is to look, and what is to stand beside the readiness. */
    volatile ClusterReport report = ClusterReport.ALONE;
    volatile Optional<String> clockTrouble = Optional.empty();
    volatile List<String> notes = List.of();

    Doors(Topology declared, List<AdminToken> tokens) throws Exception {
        this(declared, tokens, Optional.empty());
    }

    Doors(Topology declared, List<AdminToken> tokens, Optional<AdminTls> tls) throws Exception {
        node = Node.inMemory(declared);
        node.registry.refuseWhile(() -> clockTrouble);
        Observed observed = new MadeUp();
        Nodes nodes = new OneNode();
        handler = new CommandHandler(node.vertx, node.registry, observed, nodes,
                new Discovery(node.vertx, node.registry, new Alone(), System::nanoTime),
                new CommandThreads(EventLoops.worker(node.vertx), EventLoops.worker(node.vertx)));
        get(AdminBus.start(node.vertx, handler));
        CertificateWatch certificates = CertificateWatch.open(tls.map(one ->
                        Map.of(CertificateSources.ADMIN, CertificateSources.of(one))).orElse(Map.of()),
                InstantSource.system());
        certificates.follow(node.vertx, node.vertx.getOrCreateContext());
        server = get(AdminServer.start(node.vertx, new AdminSettings("127.0.0.1", 0, tokens, tls),
                certificates, handler,
                new Metrics(observed, nodes, node.registry::status),
                () -> new Readiness(ready.get(), capacity.get(), Stream.concat(notes.stream(),
                        new RegistryReport(node.registry.status()).notes().stream()).toList()),
                                new AdminClocks(InstantSource.system(), nanos::get)));
    }

    /** No other node is there, and what drains has drained. */
    private final class Alone implements DiscoveryPeers {

        @Override
        public String self() {
            return node.registry.nodeId();
        }

        @Override
        public boolean clustered() {
            return false;
        }

        @Override
        public Map<String, Duration> heard() {
            return Map.of();
        }

        @Override
        public Future<Boolean> drained(BackendId backend) {
            return Future.succeededFuture(true);
        }
    }

    private final class MadeUp implements Observed {

        @Override
        public Future<Map<BackendId, BackendStats>> stats() {
            return Future.succeededFuture(Map.copyOf(stats));
        }

        /** Takes as long as a test wants. */
        @Override
        public Topology topology() {
            holding.ifPresent(enough -> {
                held.incrementAndGet();
                try {
                    enough.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            return node.registry.topology();
        }

        @Override
        public SortedMap<String, NameStatus> nameStatuses() {
            return names;
        }

        @Override
        public Future<Void> resolved() {
            return Future.succeededFuture();
        }

        @Override
        public List<RequestCount> requests() {
            return requests;
        }

        @Override
        public SortedMap<String, RetryStats> retries() {
            return retries;
        }

        @Override
        public SortedMap<String, TunnelStats> tunnels() {
            return new TreeMap<>();
        }

        @Override
        public SortedMap<String, HoldStats> holds() {
            return holds;
        }

        @Override
        public SortedMap<String, ConcurrencyStats> concurrency() {
            return concurrency;
        }

        @Override
        public BackendHealth backendHealth() {
            return backendHealth;
        }

        @Override
        public Future<Map<BackendId, ProbeCount>> probes() {
            return Future.succeededFuture(Map.copyOf(probes));
        }

        @Override
        public Map<BackendId, Map<String, Long>> ejections() {
            return ejections;
        }

        @Override
        public ClientStats clients() {
            return new ClientStats(3, 100, Map.of(Limit.HEAD, 7L),
                    new MemoryStats(8, 9, 10, 11, 1, Map.of(MemoryHolding.UPLOAD, 12L)));
        }

        @Override
        public Optional<String> ownListener(BackendUrl backend) {
            return Optional.empty();
        }

        @Override
        public List<CertificateStatus> certificateStatuses() {
            return List.of(new CertificateStatus("example.org", "/etc/gyre/a.pem", "EC",
                    Instant.ofEpochSecond(1_800_000_000)));
        }

        @Override
        public List<String> certificateFaults() {
            return List.of("/etc/gyre/b.pem: no certificate");
        }

        @Override
        public GateStats gate() {
            return new GateStats(Map.of("control", 5L), Map.of("status-line", 6L), Map.of("proxy", 7L),
                    Map.of("signature", 8L), Map.of("timeout", 9L));
        }
    }

    /** A node on its own, which has in flight what it is said to see. */
    private final class OneNode implements Nodes {

        @Override
        public List<NodeInfo> list() {
            return List.of(new NodeInfo("here", node.registry.nodeId(), "127.0.0.1:9090", "0.1.0",
                    Duration.ofSeconds(5), node.registry.topology().version(), Duration.ofSeconds(2), "d",
                    false, Duration.ZERO, node.registry.status().unknown().size(), capacity.get()));
        }

        @Override
        public ClusterReport cluster() {
            return report;
        }

        @Override
        public Optional<String> refusal(BackendUrl url) {
            return networks.refusal(url.host(), url.port());
        }

        @Override
        public Map<String, Long> refused() {
            return Map.of("unsigned", 7L);
        }

        @Override
        public Future<List<NodeInFlight>> inFlight(BackendId id) {
            BackendStats seen = stats.get(id);
            long inFlight = seen == null ? 0 : seen.inFlight();
            return Future.succeededFuture(List.of(new NodeInFlight(node.registry.nodeId(), "here",
                    inFlight == 0, Optional.of(inFlight))));
        }
    }

    /** The names of all commands the node knows. */
    public Set<String> commands() {
        return handler.names();
    }

    public void sees(String service, BackendUrl url, long inFlight) {
        BackendId id = new BackendId(service, url);
        stats.put(id, new BackendStats(id, inFlight, 70, 7, 60, 512, 3, 2, 1, 4, 9, Duration.ofMillis(12),
                Optional.empty(), Optional.empty()));
    }

    Answer bus(Object body) throws Exception {
        try {
            return new Answer(200, (JsonObject) get(node.vertx.eventBus().request("gyre.admin", body)).body(),
                    "");
        } catch (ReplyException e) {
            return new Answer(e.failureCode(), null, e.getMessage());
        }
    }

    Answer http(JsonObject command) throws Exception {
        HttpResponse<String> response = send(request("/api/commands")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(command.encode())));
        JsonObject json = new JsonObject(response.body());
        return response.statusCode() == 200 ? new Answer(200, json, "")
                : new Answer(response.statusCode(), null, json.getString("detail"));
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    public Said cli(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--node", "127.0.0.1:" + server.port()));
        return cli(Map.of(), all);
    }

    public static Said cli(Map<String, String> env, List<String> args) {
        return cli(env, "alice@laptop", args);
    }

    public static Said cli(Map<String, String> env, String by, List<String> args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ExitCode exit = AdminCli.run(args, env, by, new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Said(exit.code(), out.toString(StandardCharsets.UTF_8),
                err.toString(StandardCharsets.UTF_8));
    }

    static JsonObject command(String name, Object... fields) {
        JsonObject command = new JsonObject().put("command", name);
        for (int i = 0; i < fields.length; i += 2) {
            command.put((String) fields[i], fields[i + 1]);
        }
        return command;
    }

    @Override
    public void close() throws Exception {
        get(server.close());
        node.close();
    }
}
