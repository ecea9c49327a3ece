package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.C;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Balance;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.Origin;
import dev.gyre.model.Priority;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.SlowStart;
import dev.gyre.model.Strategy;
import dev.gyre.model.Topology;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;

/** All commands that people, backends and configs give, over so few names that they meet; by number. */
final class SimulatedCommands {

    static final List<String> SERVICES = List.of("web", "api");
    static final List<BackendUrl> URLS = List.of(A, B, C);
    static final List<String> PATHS = List.of("/*", "/v1/*");

    /** The last ones do not go together with each other or with some of those before. */
    static final List<JsonObject> SETTINGS = List.of(
            "{\"pool\":{\"maxConnections\":7}}", "{\"pool\":{\"maxConnections\":9,\"maxQueue\":3}}",
            "{\"pool\":{\"maxQueue\":5},\"timeouts\":{\"request\":\"5s\"}}", "{\"limit\":\"off\"}",
            "{\"limit\":\"adaptive\"}", "{\"limit\":200}", "{\"limit\":{\"adaptive\":{\"min\":30}}}",
            "{\"limit\":{\"adaptive\":{\"max\":40}}}", "{\"health\":{\"http\":{\"path\":\"/up\"}}}",
            "{\"health\":{\"http\":\"off\"}}", "{\"health\":{\"tcp\":{\"port\":81},\"rise\":3}}",
            "{\"sticky\":{\"cookie\":\"gyre\"}}", "{\"sticky\":\"off\"}", "{\"balance\":\"least-requests\"}",
            "{\"balance\":{\"by\":\"consistent-hash\",\"key\":\"header:X-User\"}}",
            "{\"slowStart\":{\"window\":\"30s\"}}", "{\"slowStart\":\"off\"}",
            "{\"limit\":{\"adaptive\":{\"min\":50,\"max\":60}}}", "{\"retry\":{\"attempts\":2}}",
            "{\"balance\":\"peak-ewma\",\"slowStart\":{\"window\":\"9s\",\"aggression\":2}}")
            .stream().map(JsonObject::new).toList();

    private static final List<Optional<Duration>> TTLS = List.of(Optional.empty(),
            Optional.of(Duration.ofSeconds(20)), Optional.of(Duration.ofMinutes(10)));

    private SimulatedCommands() {
    }

    private static <T> T one(List<T> of, int number) {
        return of.get(Math.floorMod(number, of.size()));
    }

    /** @param subject says of what, {@code value} how it is to be */
    static Command operator(int kind, int subject, int value, RegistryState state) {
        String service = one(SERVICES, subject);
        BackendUrl url = one(URLS, subject / 2);
        BackendId id = new BackendId(service, url);
        String path = one(PATHS, subject / 2);
        Optional<String> zone = value % 3 == 0 ? Optional.of("zone-" + value) : Optional.empty();
        Optional<Integer> weight = value % 2 == 0 ? Optional.of(1 + value) : Optional.empty();
        return switch (kind) {
            case 0 -> new BackendCommand.Add(service, url, new BackendCommand.Wish(weight, zone));
            case 1 -> new BackendCommand.Remove(service, url);
            case 2 -> new BackendCommand.Drain(service, url, one(TTLS, value));
            case 3 -> new BackendCommand.Resume(service, url);
            case 4 -> new BackendCommand.Weight(service, url, 2 + value);
            case 5 -> new ServiceCommand.Put(service, one(SETTINGS, value), Map.of());
            case 6 -> new ServiceCommand.Put(service, one(SETTINGS, value), Map.of(url,
                    new BackendCommand.Wish(weight, zone)));
            case 7 -> new ServiceCommand.Remove(service, value % 2 == 0);
            case 8 -> new HoldCommand.Hold(service, Duration.ofSeconds(10 + 60L * value));
            case 9 -> new HoldCommand.Release(service);
            case 10 -> new RouteCommand.Put("*", path, service,
                    value % 3 == 1 ? OptionalLong.of(1024L * value)
                    : OptionalLong.empty(), value % 3 == 2 ? Optional.of(Priority.CRITICAL)
                    : Optional.empty(), value % 4 > 0);
            case 11 -> new RouteCommand.Remove("*", path);
            case 12 -> ResetCommand.backend(id, value % 2 == 0 ? Optional.empty()
                    : Optional.of(new TreeSet<>(List.of("weight"))));
            case 13 -> ResetCommand.service(service, value % 2 == 0 ? Optional.empty()
                    : Optional.of(new TreeSet<>(List.of("pool"))));
            case 14 -> ResetCommand.route("*", path, Optional.empty());
            default -> new Rollback(version(state, value));
        };
    }

    static final int OPERATORS = 16;

    private static String version(RegistryState state, int back) {
        return new History(state).changes().skip(back).map(ChangeRecord::version).findFirst().orElse("0");
    }

    static Command announcement(int subject, int value) {
        BackendId id = new BackendId(one(SERVICES, subject), one(URLS, subject / 2));
        return value % 4 == 3 ? new DiscoveryCommand.Leave(id) : new DiscoveryCommand.Announce(id,
                value % 2 == 0 ? Optional.empty() : Optional.of(3 + value), Duration.ofSeconds(10 + value));
    }

    /** What ends by itself, or a backend that is taken for gone. */
    static Optional<Command> conclusion(int kind, int subject, RegistryState state) {
        BackendId id = new BackendId(one(SERVICES, subject), one(URLS, subject / 2));
        return switch (kind % 4) {
            case 0, 1 -> state.deadlines().over(state.now()).skip(subject % 2).findFirst()
                    .map(DeadlineCommand::new);
            case 2 -> AnnouncedBackend.of(state.entries(), id).map(there ->
                    new DiscoveryCommand.Expire(id, there.stamp()));
            default -> Optional.of(new DiscoveryCommand.Forget(id));
        };
    }

    static Topology config(int number) {
        ServicePolicy plain = ServicePolicy.DEFAULT;
        return switch (Math.floorMod(number, 5)) {
            case 0 -> Node.web(A, B);
            case 1 -> Node.declared(List.of(), service("web", plain, backend(A, 4, true),
                    backend(B, 1, false)));
            case 2 -> Node.declared(List.of(Node.route("*", "/*", "web"), Node.route("*", "/v1/*", "api")),
                    service("web", plain, backend(B, 2, false)), service("api", plain, backend(C, 1, false)));
            case 3 -> Node.declared(List.of(Node.route("*", "/*", "web")), service("web", plain
                    .with(new Balance(Strategy.ROUND_ROBIN, Balance.DEFAULT.hashing(), Optional.empty(),
                            Optional.of(new SlowStart(Duration.ofSeconds(30), 1)))), backend(A, 1, false),
                    backend(C, 3, true)));
            default -> Node.declared(List.of(Node.route("*", "/v1/*", "web")), service("web",
                    new ServicePolicy(plain.balance(), plain.host(), plain.pool(), plain.timeouts(),
                            plain.retry(), plain.ejection(), plain.health(), plain.hold(),
                            ConcurrencyLimit.Adaptive.DEFAULT), backend(A, 1, false)));
        };
    }

    private static Service service(String name, ServicePolicy policy, Backend... backends) {
        return new Service(name, policy, List.of(backends), Origin.CONFIG);
    }

    private static Backend backend(BackendUrl url, int weight, boolean draining) {
        return new Backend(url, weight, draining, Origin.CONFIG);
    }

    /** What a node of a newer version writes: things, layers and fields that this one has never heard of. */
    static Entry ofTheFuture(int number, Stamp stamp) {
        return switch (Math.floorMod(number, 6)) {
            case 0 -> Entry.of(new Key("operator", "filter", "web cors"), Register.set("rules", stamp,
                    new JsonObject().put("origin", "*")));
            case 1 -> Entry.of(new Key("tenant", Key.BACKEND, "web " + A), Register.set("weight", stamp, 500),
                    Register.set("present", stamp, false));
            case 2 -> Entry.of(new Key("operator", Key.BACKEND, "web " + A), Register.set("tls", stamp,
                    new JsonObject().put("sni", "a")));
            case 3 -> Entry.of(new Key("operator", Key.BACKEND, "web h2c://10.0.0.9:443"),
                    Register.set("present", stamp, true));
            case 4 -> Entry.of(new Key("operator", Key.SERVICE, "web"), Register.set("pool.warmUp", stamp,
                    "5s"));
            default -> Entry.of(new Key("config", Key.ROUTE, "* /v1/*"), Register.set("filters", stamp,
                    "cors"));
        };
    }
}
