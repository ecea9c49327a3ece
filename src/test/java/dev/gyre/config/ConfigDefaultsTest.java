package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.config.Settings.AdminSettings;
import dev.gyre.config.Settings.ClusterSettings;
import dev.gyre.config.Settings.ForwardingSettings;
import dev.gyre.config.Settings.Listener;
import dev.gyre.model.Backend;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.HealthPolicy;
import dev.gyre.model.HostHeader;
import dev.gyre.model.Origin;
import dev.gyre.model.PoolPolicy;
import dev.gyre.model.Probe;
import dev.gyre.model.Route;
import dev.gyre.model.Service;
import dev.gyre.model.ServicePolicy;
import dev.gyre.model.Strategy;
import dev.gyre.model.Timeouts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is not said has a working default, and what is said arrives. */
class ConfigDefaultsTest {

    @Test
    void aServiceIsAllThatIsNeeded() {
        Settings settings = Read.settings("{'services':{'web':{}}}");
        assertThat(settings.listeners()).containsExactly(new Listener("0.0.0.0", 8080));
        assertThat(settings.instances()).isEmpty();
        assertThat(settings.admin()).isEqualTo(new AdminSettings("127.0.0.1", 9090, Optional.empty()));
        assertThat(settings.cluster()).isEmpty();
        assertThat(settings.data()).isEqualTo("gyre-data");
        assertThat(settings.grace()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.forwarding()).isEqualTo(new ForwardingSettings(List.of(), false));
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
                    'pool':{'maxConnections':1,'maxQueue':0,'queueTimeout':'250ms','keepAlive':'1.5s'},
                    'timeouts':{'connect':'1ms','firstByte':'2m','idle':'24h','request':'1h'},
                    'health':{'http':{'path':'/health','status':'200-204','body':'ok','host':'h','port':9},
                       'interval':'2s','timeout':'500ms','rise':1,'fall':2,'panic':0.5}}},
                 'routes':[{'service':'web'},{'host':'*.Example.com','path':'/v1/*','service':'web'}],
                 'admin':{'host':'0.0.0.0','port':0,'token':'t'},
                 'cluster':{'name':'n','host':'10.0.0.2','port':1,'eventBusPort':0,
                    'members':['10.0.0.2','b:5701','[::1]:5701'],'secret':'s'},
                 'forwarding':{'trusted':['10.0.0.0/8'],'forwarded':true}, 'data':'d', 'grace':'0s'}""");
        assertThat(settings.listeners()).containsExactly(new Listener("::1", 0), new Listener("0.0.0.0", 81));
        assertThat(settings.instances()).hasValue(3);
        assertThat(settings.declared().services()).containsValue(new Service("web", new ServicePolicy(
                Strategy.ROUND_ROBIN, new HostHeader.Fixed("www.example.com:81"),
                new PoolPolicy(1, 0, Duration.ofMillis(250), Duration.ofMillis(1500)),
                new Timeouts(Duration.ofMillis(1), Duration.ofMinutes(2), Duration.ofHours(24),
                        Optional.of(Duration.ofHours(1))),
                new HealthPolicy(new Probe.Http("GET", "/health", 200, 204, Optional.of("ok"),
                        Optional.of("h"), Optional.of(9)), Duration.ofSeconds(2), Duration.ofMillis(500),
                        1, 2, 0.5)),
                List.of(new Backend(new BackendUrl("a", 80), 1, false, Origin.CONFIG),
                        new Backend(new BackendUrl("b", 2), 1000, false, Origin.CONFIG)), Origin.CONFIG));
        assertThat(settings.declared().routes()).containsExactly(
                new Route("*", "/*", "web", Origin.CONFIG),
                new Route("*.example.com", "/v1/*", "web", Origin.CONFIG));
        assertThat(settings.admin()).isEqualTo(new AdminSettings("0.0.0.0", 0, Optional.of("t")));
        assertThat(settings.cluster()).hasValue(new ClusterSettings("n", "10.0.0.2", 1, 0,
                List.of("10.0.0.2", "b:5701", "[::1]:5701"), Optional.of("s"), Optional.empty()));
        assertThat(settings.forwarding().forwarded()).isTrue();
        assertThat(settings.forwarding().trusts(new byte[] {10, 1, 2, 3})).isTrue();
        assertThat(settings.data()).isEqualTo("d");
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
