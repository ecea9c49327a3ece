package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.cluster.ClusterPeers.Peer;
import dev.gyre.config.ConfigReader;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Configs that differ for longer than a roll-out takes are named, with what differs. */
class ConfigDriftTest {

    private final AtomicLong nanos = new AtomicLong(5);
    private final AtomicInteger asked = new AtomicInteger();
    private final ConfigDrift drift = new ConfigDrift(nanos::get);

    private static DeclaredConfig declared(int maxConnections, String... backends) {
        JsonArray urls = new JsonArray();
        for (String backend : backends) {
            urls.add(backend);
        }
        return DeclaredConfig.of(ConfigReader.read(new JsonObject()
                .put("services", new JsonObject().put("web",
                new JsonObject().put("pool", new JsonObject().put("maxConnections", maxConnections))
                        .put("backends", urls)))).accepted().orElseThrow().declared());
    }

    private static Peer peer(DeclaredConfig config) {
        Heartbeat heartbeat =
                new Heartbeat(new NodeIdentity("b", "B", "m", "127.0.0.2:5701", "0.1", "5e55"), 1,
                new Heartbeat.State(1, "v", "d", 0, 0, config.digest(), 0, 100, false), Map.of(), Set.of(),
                        Map.of(),
                Set.of());
        return new Peer(heartbeat, 0, new ClockEpoch(), Map.of());
    }

    private void look(DeclaredConfig own, DeclaredConfig theirs) {
        drift.look(own, List.of(peer(theirs)), id -> {
            asked.incrementAndGet();
            return Future.succeededFuture(new JsonObject(theirs.differing(own.parts()).encode()));
        });
    }

    private List<String> differences() {
        return drift.found().stream().flatMap(one -> one.differences().stream()).toList();
    }

    @Test
    void aRollOutIsNoDifference() {
        DeclaredConfig before = declared(512, "http://a:1");
        DeclaredConfig after = declared(78, "http://a:1");
        look(before, after);
        nanos.addAndGet(ConfigDrift.LASTING_NANOS - 1);
        look(before, after);
        assertThat(asked).hasValue(0);
        look(after, after);
        nanos.addAndGet(ConfigDrift.LASTING_NANOS);
        look(before, after);
        assertThat(asked).as("it began anew").hasValue(0);
        assertThat(differences()).isEmpty();
    }

    @Test
    void whatLastsIsNamedOnceForEachChange() {
        DeclaredConfig here = declared(512, "http://a:1", "http://b:1");
        DeclaredConfig there = declared(78, "http://a:1");
        look(here, there);
        nanos.addAndGet(ConfigDrift.LASTING_NANOS);
        look(here, there);
        look(here, there);
        assertThat(asked).hasValue(1);
        assertThat(differences()).containsExactly(
                "backend web http://b:1 weight is 1 here and absent there",
                "backend web http://b:1 zone is none here and absent there",
                "service web pool.maxConnections is 512 here and 78 there");
        look(here, declared(79, "http://a:1"));
        assertThat(asked).as("it has changed").hasValue(2);
        look(here, here);
        assertThat(differences()).isEmpty();
    }

    @Test
    void aNodeThatDoesNotAnswerIsAskedAgain() {
        DeclaredConfig here = declared(512);
        DeclaredConfig there = declared(78);
        look(here, there);
        nanos.addAndGet(ConfigDrift.LASTING_NANOS);
        drift.look(here, List.of(peer(there)), id -> Future.failedFuture("no answer"));
        assertThat(differences()).isEmpty();
        look(here, there);
        assertThat(differences()).hasSize(1);
    }

    @Test
    void nodesWithThousandsOfBackendsTellLittle() {
        String[] many = new String[10_000];
        for (int i = 0; i < many.length; i++) {
            many[i] = "http://10.0." + i / 250 + "." + (1 + i % 250) + ":1";
        }
        DeclaredConfig here = declared(512, many);
        DeclaredConfig there = declared(78, many);
        assertThat(there.differing(here.parts()).encode().length()).isLessThan(50_000);
        assertThat(here.differences(there.differing(here.parts())))
                .containsExactly("service web pool.maxConnections is 512 here and 78 there");
    }
}
