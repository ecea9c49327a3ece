package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.EjectionPolicy;
import dev.gyre.model.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What an earlier version wrote under a name that a setting no longer has still counts. */
class RenamedSettingsTest {

    private static final Key WEB = Key.service(Origin.OPERATOR, "web");

    private final StepClock clock = new StepClock();

    private String stamp(int counter) {
        return new Stamp(clock.millis(), counter, 2).toString();
    }

    private Entry written(JsonObject fields) {
        return Entry.fromJson(Entry.of(WEB, Register.unset("host", Stamp.parse(stamp(1)))).toJson()
                .put("fields", fields));
    }

    private EjectionPolicy ejectionAfter(Entry entry) throws Exception {
        try (LonelyRegistry node = LonelyRegistry.on(new BentStore(1), web(A), clock)) {
            node.hear(entry);
            assertThat(node.registry.status().broken()).isEmpty();
            return node.registry.topology().services().get("web").policy().ejection();
        }
    }

    @Test
    void aFieldOfTheEarlierNameIsReadAsTheNewOne() throws Exception {
        EjectionPolicy ejection = ejectionAfter(written(new JsonObject()
                .put("ejection.for", new JsonArray().add(stamp(1)).add("7s"))
                .put("ejection.upTo", new JsonArray().add(stamp(1)).add("9s"))));
        assertThat(ejection.baseEjection()).isEqualTo(Duration.ofSeconds(7));
        assertThat(ejection.maxEjection()).isEqualTo(Duration.ofSeconds(9));
    }

    @Test
    void ofBothNamesTheLaterDecisionCounts() throws Exception {
        for (int earlier : new int[] {1, 3}) {
            Entry both = written(new JsonObject()
                    .put("ejection.for", new JsonArray().add(stamp(earlier)).add("7s"))
                    .put("ejection.baseEjection", new JsonArray().add(stamp(2)).add("8s")));
            assertThat(ejectionAfter(both).baseEjection())
                    .isEqualTo(Duration.ofSeconds(earlier == 1 ? 8 : 7));
        }
    }

    @Test
    void theFirstFormatIsReadByTheSameNames() throws Exception {
        Entry first = Entry.fromJson(new JsonObject().put("layer", WEB.layer()).put("kind", WEB.kind())
                .put("name", WEB.name()).put("stamp", stamp(1))
                .put("value", new JsonObject().put("ejection", new JsonObject().put("for", "7s"))));
        assertThat(ejectionAfter(first).baseEjection()).isEqualTo(Duration.ofSeconds(7));
    }
}
