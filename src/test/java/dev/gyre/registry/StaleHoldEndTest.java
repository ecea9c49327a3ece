package dev.gyre.registry;

import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.Service;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that was away while a hold ran out ends that hold, and nothing that was decided meanwhile. */
class StaleHoldEndTest {

    private LonelyRegistry here;
    private LonelyRegistry away;

    @BeforeEach
    void holdAndPart() throws Exception {
        List<LonelyRegistry> both = LonelyRegistry.pair(web(A), new StepClock());
        here = both.get(0);
        away = both.get(1);
        here.apply(new HoldCommand.Hold("web", Duration.ofMinutes(1)));
        LonelyRegistry.meet(here, away);
    }

    @AfterEach
    void stop() throws Exception {
        here.close();
        away.close();
    }

    private void endsAwayAndMeets() throws Exception {
        away.clock.step(Duration.ofMinutes(2));
        Node.await(() -> away.latest().startsWith("hold ended by itself"));
        LonelyRegistry.meet(here, away);
    }

    private static Service service(LonelyRegistry node) {
        return node.registry.topology().services().get("web");
    }

    @Test
    void aLaterHoldStands() throws Exception {
        here.clock.step(Duration.ofSeconds(30));
        here.apply(new HoldCommand.Hold("web", Duration.ofMinutes(10)));
        endsAwayAndMeets();
        assertThat(service(here).heldUntil()).contains(here.clock.instant().plus(Duration.ofMinutes(10)));
        assertThat(service(away).heldUntil()).isEqualTo(service(here).heldUntil());
    }

    @Test
    void settingsStand() throws Exception {
        here.apply(new ServiceCommand.Put("web", new JsonObject("{\"pool\":{\"maxConnections\":78}}"),
                Map.of()));
        endsAwayAndMeets();
        for (LonelyRegistry node : List.of(here, away)) {
            assertThat(service(node).policy().pool().maxConnections()).isEqualTo(78);
            assertThat(service(node).heldUntil()).isEmpty();
        }
    }

    @Test
    void aRemovalStands() throws Exception {
        here.apply(new ServiceCommand.Remove("web", true));
        endsAwayAndMeets();
        assertThat(service(here)).isNull();
        assertThat(service(away)).isNull();
    }
}
