package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.BackendTls;
import dev.gyre.model.Balance;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.HashKey;
import dev.gyre.model.Hashing;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.Hedge;
import dev.gyre.model.HoldPolicy;
import dev.gyre.model.HostHeader;
import dev.gyre.model.Origin;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.Priority;
import dev.gyre.model.Probe;
import dev.gyre.model.RetryCause;
import dev.gyre.model.RetryPolicy;
import dev.gyre.model.Route;
import dev.gyre.model.Scope;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.SlowStart;
import dev.gyre.model.Sticky;
import dev.gyre.model.Strategy;
import dev.gyre.model.Timeouts;
import dev.gyre.model.TunnelPolicy;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Commands refuse what config refuses, and what is written out is read back the same. */
class CommandWordsTest {

    private static final Balance ODD_BALANCE = new Balance(Strategy.PEAK_EWMA,
            new Hashing(new HashKey(HashKey.Source.QUERY, "q"), Hashing.Algorithm.RING, 2.5),
            Optional.of(new Sticky("keep", Optional.of(Duration.ofSeconds(90)))),
            Optional.of(new SlowStart(Duration.ofSeconds(40), 0.5)));
    private static final ServicePolicy ODD = new ServicePolicy(
            ODD_BALANCE, new HostHeader.OfBackend(),
            new PoolPolicy(7, Scope.CLUSTER, 0, Duration.ofMillis(1500), Duration.ofHours(1)),
            new Timeouts(Duration.ofMillis(1), Duration.ofSeconds(90), Duration.ofMinutes(2),
                    Optional.of(Duration.ofMinutes(3))),
            new RetryPolicy(5, Set.of(RetryCause.RESET), Set.of(599, 429), Optional.of(Duration.ofMillis(7)),
                    new RetryPolicy.Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1)), 0,
                    new RetryPolicy.Budget(0.125, 0), new Hedge.After(Duration.ofMillis(30))),
            new EjectionPolicy(1, 0.25, 7, Optional.of(2.5), Set.of(500, 599), Duration.ofMillis(5),
                    Duration.ofHours(1), 0),
            new HealthPolicy(new Probe.Http("HEAD", "/up?deep", 204, 204, Optional.empty(),
                    Optional.of("www.example.com"), Optional.of(81)), Duration.ofMillis(100),
                    Duration.ofMillis(50), 1, 100, 0.5),
            new HoldPolicy(0, Optional.of(Duration.ofMillis(2500))),
            new ConcurrencyLimit.Adaptive(3, 30, 2.5),
            new BackendTls("/etc/ca.pem", Optional.of("0f".repeat(32)), Optional.of("a.example"),
                    Optional.of("/etc/a.pem"), Optional.of("/etc/a.key"), Optional.of("/etc/a.txt"), true),
            new TunnelPolicy(List.of("tls/1.0", "x"), Duration.ofSeconds(90),
                    Optional.of(Duration.ofHours(2)), OptionalInt.of(3), OptionalInt.of(1)));
    private static final ServicePolicy PLAIN = ODD.with(Balance.of(Strategy.CONSISTENT_HASH))
            .with(new HealthPolicy(new Probe.Tcp(Optional.of(7)), Duration.ofSeconds(5),
                    Duration.ofSeconds(1), 2, 3, 0))
            .with(new ConcurrencyLimit.Fixed(7));

    @Test
    void aPolicyComesBackAsItWent() {
        for (ServicePolicy policy : new ServicePolicy[] {ODD, PLAIN, ServicePolicy.DEFAULT}) {
            assertThat(ServicePolicyReader.read("", ServicePolicyReader.write(policy)).accepted())
                    .hasValue(policy);
        }
    }

    @Test
    void whatACommandLeavesOutStaysAsItWas() {
        JsonObject change = Read.json("{'pool':{'maxQueue':9}}");
        assertThat(ServicePolicyReader.read("", change, ODD).accepted()).hasValue(new ServicePolicy(
                ODD.balance(), ODD.host(),
                new PoolPolicy(7, Scope.CLUSTER, 9, Duration.ofMillis(1500), Duration.ofHours(1)),
                ODD.timeouts(), ODD.retry(), ODD.ejection(), ODD.health(), ODD.hold(),
                ODD.limit(), ODD.tls(), ODD.tunnels()));
    }

    @Test
    void aPolicyIsRefusedInTheSameWords() {
        JsonObject wrong = Read.json("{'pool':{'maxConections':1},'balance':'x','backends':[]}");
        assertThat(Read.lines(ServicePolicyReader.read("", wrong))).containsExactly(
                "balance: \"x\" (known: round-robin, weighted-random, least-requests, power-of-two,"
                        + " peak-ewma, consistent-hash)",
                "pool.maxConections: unknown key (did you mean \"maxConnections\"? known: keepAlive,"
                        + " maxConnections, maxQueue, queueTimeout, scope)",
                "backends: unknown key (known: balance, ejection, health, hold, host, limit, pool,"
                        + " retry, slowStart, sticky, timeouts, tls, tunnels, upgrade)");
    }

    @Test
    void oneKindOfProbeMakesRoomForTheOther() {
        assertThat(Read.lines(ServicePolicyReader.read("", Read.json("{'health':{'http':{},'tcp':{}}}"))))
                .containsExactly("health.tcp: beside \"http\" (expected: one of the two, the other absent or"
                        + " \"off\")");
        assertThat(ServicePolicyReader.read("", Read.json("{'health':{'http':'off','tcp':{'port':7}}}"))
                .accepted().map(ServicePolicy::health).map(HealthPolicy::probe))
                .hasValue(PLAIN.health().probe());
        assertThat(ServicePolicyReader.read("", Read.json("{'health':{'tcp':'off'}}"), PLAIN).accepted()
                .map(ServicePolicy::health).map(HealthPolicy::probe)).hasValue(new Probe.None());
    }

    @Test
    void aProbeThatCannotBeIsRefusedInWords() {
        JsonObject wrong = Read.json("{'health':{'http':{'pth':'/','path':'x','status':'2xx','method':'HEAD',"
                + "'body':'ok'},'interval':'10ms','panic':2}}");
        assertThat(Read.lines(ServicePolicyReader.read("", wrong))).containsExactlyInAnyOrder(
                "health.http.pth: unknown key (did you mean \"path\"? known: body, host, method, path, port,"
                        + " status)",
                "health.http.path: \"x\" (expected: a path such as \"/health\", visible ASCII characters)",
                "health.http.status: \"2xx\" (expected: text such as \"204\" or \"200-399\", 100..599)",
                "health.http.body: set (expected: nothing, for an answer to HEAD has no body)",
                "health.interval: \"10ms\" (expected: 100ms..24h)", "health.panic: 2 (expected: 0..1)");
    }

    @Test
    void aRouteComesBackAsItWentAndIsRefusedInTheSameWords() {
        Route route = new Route("*.example.com", "/v1/*", "web", OptionalLong.of(1024),
                Optional.of(Priority.CRITICAL), Origin.OPERATOR);
        assertThat(RouteReader.read("", RouteReader.write(route), Origin.OPERATOR).accepted())
                .hasValue(route);
        JsonObject wrong = Read.json("{'path':'x'}");
        assertThat(Read.lines(RouteReader.read("", wrong, Origin.OPERATOR))).containsExactly(
                "path: \"x\" (expected: \"/exact\" or \"/prefix/*\", with \"*\" at the end only)",
                "service: missing (expected: the name of a service)");
    }

    @Test
    void aBackendIsRefusedInTheSameWords() {
        JsonObject right = Read.json("{'url':'http://a:1','weight':5}");
        assertThat(BackendReader.read("", right, Origin.OPERATOR).accepted())
                .hasValue(new Backend(new BackendUrl("a", 1), 5, false, Origin.OPERATOR));
        assertThat(Read.lines(BackendReader.read("", Read.json("{'url':'a:1','weight':0}"), Origin.OPERATOR)))
                .containsExactly("url: \"a:1\" (expected: http://host:port, https://host:port or unix:/path,"
                        + " without path or query)",
                        "weight: 0 (expected: 1..1000)");
        assertThat(BackendReader.url("url", "http://A").accepted()).hasValue(new BackendUrl("a", 80));
    }
}
