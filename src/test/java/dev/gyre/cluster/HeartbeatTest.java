package dev.gyre.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a node says of itself must arrive, also from one whose version says less. */
class HeartbeatTest {

    private static final Heartbeat COLD = new Heartbeat(
            new NodeIdentity("a", "name", "member", "127.0.0.1:5701", "0.1", "5e55"), 1,
            new Heartbeat.State(1, "v", "d", 0, 0, "c", 0, 25, false), Map.of(), Set.of(), Map.of(),
            Set.of());

    @Test
    void itArrivesAsItWasSent() {
        assertThat(Heartbeat.fromJson(COLD.toJson())).hasValue(COLD);
        assertThat(Heartbeat.fromJson(COLD.farewell().toJson())).hasValue(COLD.farewell());
    }

    @Test
    void aNodeThatDoesNotTellItsCapacityHasAllOfIt() {
        JsonObject older = COLD.toJson();
        older.remove("capacity");
        assertThat(Heartbeat.fromJson(older)).hasValueSatisfying(heartbeat ->
                assertThat(heartbeat.state().capacity()).isEqualTo(100));
    }
}
