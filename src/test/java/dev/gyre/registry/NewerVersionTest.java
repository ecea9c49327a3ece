package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Origin;
import dev.gyre.model.Service;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a node of a newer version writes is kept and passed on as it is, and keeps nothing else from
 * counting.
 */
class NewerVersionTest {

    private static final Key FILTER = new Key("operator", "filter", "web cors");
    private static final Key TENANT = new Key("tenant", Key.BACKEND, "web " + A);
    private static final Key TLS = Key.backend(Origin.OPERATOR, "web", A);
    private static final Key H2C = new Key("operator", Key.BACKEND, "web h2c://10.0.0.9:443");
    private static final Key SETTING = Key.service(Origin.OPERATOR, "web");

    private final StepClock clock = new StepClock();
    private LonelyRegistry node;

    @BeforeEach
    void start() throws Exception {
        node = LonelyRegistry.on(new BentStore(1), web(A, B), clock);
        node.hear(future().toArray(Entry[]::new));
    }

    @AfterEach
    void stop() throws Exception {
        node.close();
    }

    private Stamp stamp(int counter) {
        return new Stamp(clock.millis(), counter, 2);
    }

    private List<Entry> future() {
        return List.of(Entry.of(FILTER, Register.set("rules", stamp(4), new JsonObject().put("origin", "*"))),
                Entry.of(TENANT, Register.set("weight", stamp(4), 500),
                        Register.set("present", stamp(4), false)),
                Entry.of(TLS, Register.set("tls", stamp(4), new JsonObject().put("sni", "a")),
                        Register.set(EntryFields.WEIGHT, stamp(4), 7)),
                Entry.of(H2C, Register.set("present", stamp(4), true)),
                Entry.of(SETTING, Register.set("pool.warmUp", stamp(4), "5s"),
                        Register.set("pool.maxConnections", stamp(4), 78),
                        Register.set("shape", stamp(4), new JsonArray().add(1))));
    }

    private void servesByTheRest(LonelyRegistry of) {
        Service web = of.registry.topology().services().get("web");
        assertThat(web.policy().pool().maxConnections()).isEqualTo(78);
        assertThat(web.backends()).extracting(backend -> backend.url().toString() + " " + backend.weight())
                .containsExactly(A + " 7", B + " 1");
    }

    private void holdsAll(LonelyRegistry of) {
        future().forEach(entry -> assertThat(of.registry.entries().entry(entry.key()).orElseThrow()
                .registers()).containsAll(entry.registers()));
    }

    @Test
    void allElseIsApplied() {
        servesByTheRest(node);
        holdsAll(node);
    }

    @Test
    void whatIsNotUnderstoodIsShown() {
        String shown = node.registry.layers().notUnderstood().encode();
        assertThat(shown).contains("kind \\\"filter\\\"").contains("layer \\\"tenant\\\"")
                .contains("field tls")
                .contains("h2c://10.0.0.9:443");
        assertThat(node.registry.status().unknown()).containsOnlyKeys(FILTER, TENANT, TLS, H2C);
        assertThat(String.join("\n", node.registry.status().broken())).contains("pool.warmUp")
                .contains("shape");
    }

    @Test
    void itIsStillThereAfterARestart() throws Exception {
        try (LonelyRegistry again = LonelyRegistry.on(node.store, web(A, B), clock)) {
            holdsAll(again);
            servesByTheRest(again);
        }
    }

    @Test
    void itIsMergedFieldByFieldWithWhatThisVersionWrites() throws Exception {
        node.apply(new BackendCommand.Weight("web", A, 9));
        node.apply(new ServiceCommand.Put("web", new JsonObject("{\"pool\":{\"maxQueue\":5}}"), Map.of()));
        Entry tls = node.registry.entries().entry(TLS).orElseThrow();
        assertThat(tls.value("tls")).contains(new JsonObject().put("sni", "a"));
        assertThat(tls.value(EntryFields.WEIGHT)).contains(9);
        assertThat(node.registry.entries().entry(SETTING).orElseThrow().value("pool.warmUp")).contains("5s");
        node.hear(Entry.of(TLS, Register.set("tls", stamp(8), "none")));
        assertThat(node.registry.entries().entry(TLS).orElseThrow().value("tls")).contains("none");
        assertThat(node.weight(A)).isEqualTo(9);
    }

    @Test
    void itIsPassedOnToOthersAndToTheNewerVersionItself() throws Exception {
        try (LonelyRegistry other = LonelyRegistry.inCluster(new BentStore(3), web(A, B), clock)) {
            other.hear(node);
            holdsAll(other);
            servesByTheRest(other);
        }
        node.apply(new BackendCommand.Weight("web", A, 9));
        assertThat(node.replica.kept()).as("goes into the shared map with the field that changed")
                .anyMatch(entry -> entry.key().equals(TLS) && entry.value("tls").isPresent());
    }

    @Test
    void aCommandTakesBackWhatItNamesAlsoWithinSettingsThatAreNotUnderstood() throws Exception {
        node.apply(new ServiceCommand.Put("web", new JsonObject("{\"pool\":{\"maxConnections\":80}}"),
                Map.of()));
        assertThat(node.registry.topology().services().get("web").policy().pool().maxConnections())
                .isEqualTo(80);
        node.apply(ResetCommand.service("web", Optional.empty()));
        assertThat(node.registry.status().broken()).isEmpty();
    }

    @Test
    void anUnknownSettingBesideTwoThatDoNotGoTogetherLeavesTheRestInForce() throws Exception {
        node.hear(Entry.of(SETTING, Register.set("slowStart.window", stamp(8), "30s"),
                Register.set("balance.by", stamp(8), "consistent-hash"),
                Register.set("balance.key", stamp(8), "header:X-User")));
        servesByTheRest(node);
        assertThat(String.join("\n", node.registry.status().broken())).contains("slowStart");
    }

    @Test
    void aSettingThatNeedsOneThatIsNotUnderstoodIsLeftOutWithIt() throws Exception {
        node.hear(Entry.of(SETTING, Register.set("balance.by", stamp(8), "consistent-hash"),
                Register.set("balance.key", stamp(8), new JsonObject().put("jwt", "sub"))));
        servesByTheRest(node);
    }

    @Test
    void whatIsLeftOutBringsBackWhatConfigSaysInItsPlace() {
        LayeredFields fields = LayeredFields.of(new TreeMap<>(Map.of(
                Origin.CONFIG, Entry.of(SETTING, Register.set("limit", stamp(4), 200),
                        Register.set("slowStart.window", stamp(4), "30s"),
                        Register.set("slowStart.aggression", stamp(4), 2)),
                Origin.OPERATOR, Entry.of(SETTING, Register.set("limit.adaptive.min", stamp(8), 50),
                        Register.set("limit.adaptive.max", stamp(8), 40),
                        Register.set("slowStart", stamp(8), "later")))));
        assertThat(fields.without(Origin.OPERATOR, Set.of("limit.adaptive.max", "slowStart")).nested())
                .isEqualTo(new JsonObject("{\"limit\":{\"adaptive\":{\"min\":50}},"
                        + "\"slowStart\":{\"window\":\"30s\",\"aggression\":2}}"));
        assertThat(fields.without(Origin.OPERATOR, Set.of("limit")).nested().getValue("limit"))
                .isEqualTo(200);
    }

    @Test
    void anEnvelopeThatCannotBeReadStaysOnTheDiskAndKeepsNobodyBack(@TempDir Path data) throws Exception {
        Map<String, String> unread = Map.of("operator/service/api", "{\"envelope\":2,\"sealed\":\"…\"}",
                "operator/service/old", "no JSON at all");
        node.close();
        unread.forEach(node.store::put);
        for (int restart = 0; restart < 3; restart++) {
            node = LonelyRegistry.on(node.store, web(A, B), clock);
            servesByTheRest(node);
            node.store.compacts(true);
            node.apply(new BackendCommand.Weight("web", B, 2 + restart));
            node.apply(new BackendCommand.Weight("web", B, 1));
            assertThat(node.store.lines()).containsAllEntriesOf(unread);
            holdsAll(node);
            node.close();
        }
        files(data, unread);
    }

    /** The same on real files, whose snapshot is written anew at the start where the journal is long. */
    private void files(Path data, Map<String, String> unread) throws Exception {
        Store store = FileStore.open(data, clock, new java.security.SecureRandom());
        List<JournalLine> lines = new ArrayList<>();
        unread.forEach((key, text) -> lines.add(JournalLine.of(key, text)));
        store.append(lines, () -> lines);
        store.close();
        for (int restart = 0; restart < 2; restart++) {
            try (Node real = Node.on(data, web(A, B), clock)) {
                real.apply(new BackendCommand.Weight("web", A, 2 + restart));
            }
        }
        store = FileStore.open(data, clock, new java.security.SecureRandom());
        assertThat(store.load()).containsAllEntriesOf(unread);
        store.close();
    }
}
