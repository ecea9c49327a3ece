package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.Settings.AdminSettings;
import dev.gyre.config.Settings.AdminToken;
import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Balance;
import dev.gyre.model.ConcurrencyLimit;
import dev.gyre.model.EjectionPolicy;
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
import dev.gyre.model.Role;
import dev.gyre.model.Route;
import dev.gyre.model.Scope;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Timeouts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is not said has a working default, and what is said arrives. */
class ConfigDefaultsTest {

    @Test
    void aServiceIsAllThatIsNeeded() {
        Settings settings = Read.settings("{'services':{'web':{}}}");
        assertThat(settings.listeners()).containsExactly(new Listener("0.0.0.0", 8080));
        assertThat(settings.instances()).isEmpty();
        assertThat(settings.admin()).isEqualTo(new AdminSettings("127.0.0.1", 9090, List.of()));
        assertThat(settings.cluster()).isEmpty();
        assertThat(settings.data()).isEqualTo("gyre-data");
        assertThat(settings.grace()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.forwarding()).isEqualTo(ForwardingSettings.DEFAULT);
        assertThat(settings.declared().version()).isEqualTo("config");
        assertThat(settings.declared().routes()).isEmpty();
        assertThat(settings.declared().services()).containsOnlyKeys("web").containsValue(
                new Service("web", ServicePolicy.DEFAULT, List.of(), Origin.CONFIG));
    }

    @Test
    void everyKeyArrives() {
        Settings settings = Read.settings("""
                {'$schema':'x', 'listeners':[{'host':'::1','port':0},{'port':81}], 'instances':3,
                 'services':{'web':{'balance':'round-robin','host':'www.example.com:81',
                    'backends':[{'url':'http://B:2','weight':1000},'http://a'],
                    'pool':{'maxConnections':1,'scope':'cluster','maxQueue':0,'queueTimeout':'250ms',
                       'keepAlive':'1.5s'},
                    'timeouts':{'connect':'1ms','firstByte':'2m','idle':'24h','request':'1h'},
                    'retry':{'attempts':10,'on':['timeout','429'],'perTry':'2s',
                       'backoff':{'base':'1ms','max':'1s'},'buffer':'1MB',
                       'budget':{'ratio':1,'perSecond':0},'hedge':{'after':'p95'}},
                    'ejection':{'failures':3,'rate':0.25,'requests':7,'latency':4,'statuses':['500'],
                       'baseEjection':'1s','maxEjection':'1m','max':1},
                    'health':{'http':{'path':'/health','status':'200-204','body':'ok','host':'h','port':9},
                       'interval':'2s','timeout':'500ms','rise':1,'fall':2,'panic':0.5},
                    'hold':{'queue':3,'whenEmpty':'2s'},
                    'limit':{'adaptive':{'min':2,'max':3,'tolerance':4}}}},
                 'routes':[{'service':'web','priority':'sheddable'},{'host':'*.Example.com','path':'/v1/*','service':'web'}],
                 'admin':{'host':'0.0.0.0','port':0,'token':'t'},
                 'cluster':{'name':'n','host':'10.0.0.2','port':1,'eventBusPort':0,
                    'members':['10.0.0.2','b:5701','[::1]:5701'],'secret':'s'},
                 'forwarding':{'trusted':['10.0.0.0/8'],'forwarded':true}, 'data':'d', 'grace':'0s',
                 'registry':{'retention':'24h'}}""");
        assertThat(settings.listeners()).containsExactly(new Listener("::1", 0), new Listener("0.0.0.0", 81));
        assertThat(settings.instances()).hasValue(3);
        assertThat(settings.declared().services()).containsValue(new Service("web", new ServicePolicy(
                Balance.DEFAULT, new HostHeader.Fixed("www.example.com:81"),
                new PoolPolicy(1, Scope.CLUSTER, 0, Duration.ofMillis(250), Duration.ofMillis(1500)),
                new Timeouts(Duration.ofMillis(1), Duration.ofMinutes(2), Duration.ofHours(24),
                        Optional.of(Duration.ofHours(1))),
                new RetryPolicy(10, Set.of(RetryCause.TIMEOUT), Set.of(429),
                        Optional.of(Duration.ofSeconds(2)),
                        new RetryPolicy.Backoff(Duration.ofMillis(1), Duration.ofSeconds(1)), 1024 * 1024,
                        new RetryPolicy.Budget(1, 0), new Hedge.AfterP95()),
                new EjectionPolicy(3, 0.25, 7, Optional.of(4.0), Set.of(500), Duration.ofSeconds(1),
                        Duration.ofMinutes(1), 1),
                new HealthPolicy(new Probe.Http("GET", "/health", 200, 204, Optional.of("ok"),
                        Optional.of("h"), Optional.of(9)), Duration.ofSeconds(2), Duration.ofMillis(500),
                        1, 2, 0.5),
                new HoldPolicy(3, Optional.of(Duration.ofSeconds(2))),
                new ConcurrencyLimit.Adaptive(2, 3, 4)),
                List.of(new Backend(new BackendUrl("a", 80), 1, false, Origin.CONFIG),
                        new Backend(new BackendUrl("b", 2), 1000, false, Origin.CONFIG)), Origin.CONFIG));
        assertThat(settings.declared().routes()).containsExactly(
                new Route("*", "/*", "web", OptionalLong.empty(), Optional.of(Priority.SHEDDABLE),
                        Origin.CONFIG),
                new Route("*.example.com", "/v1/*", "web", Origin.CONFIG));
        assertThat(settings.admin()).isEqualTo(new AdminSettings("0.0.0.0", 0,
                List.of(new AdminToken(AdminToken.UNNAMED, Role.OPERATE, "t"))));
        assertThat(settings.cluster()).hasValue(new ClusterSettings("n", "10.0.0.2", 1, 0,
                List.of("10.0.0.2", "b:5701", "[::1]:5701"), Optional.of("s"), Optional.empty()));
        assertThat(settings.forwarding().forwarded()).isTrue();
        assertThat(settings.forwarding().trusts(new byte[] {10, 1, 2, 3})).isTrue();
        assertThat(settings.data()).isEqualTo("d");
        assertThat(settings.retention()).isEqualTo(Duration.ofDays(1));
        assertThat(settings.grace()).isZero();
    }

    @Test
    void loopbackNeedsNoToken() {
        for (String host : List.of("localhost", "127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1")) {
            assertThat(Read.mistakes("{'services':{'web':{}},'admin':{'host':'" + host + "'},"
                    + "'cluster':{'host':'" + host + "'}}")).isEmpty();
        }
    }
}
