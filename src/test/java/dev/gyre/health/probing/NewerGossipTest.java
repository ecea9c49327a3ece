package dev.gyre.health.probing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.BackendId;
import dev.gyre.model.BackendUrl;
import dev.gyre.model.Scheme;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A node of a newer version may probe backends that this one cannot even name. */
class NewerGossipTest {

    private static final BackendId KNOWN = new BackendId("web", new BackendUrl("10.0.0.1", 8443));
    private static final BackendId NEWER =
            new BackendId("web", new BackendUrl(Scheme.HTTPS, "10.0.0.1", 8443));

    private static Vote vote(boolean up) {
        return new Vote("n2", up, up ? "" : "handshake failed", Optional.empty(), Instant.EPOCH, 7);
    }

    @Test
    void whatItSaysOfTheOthersIsHeard() {
        HealthGossip said = new HealthGossip("n2", false, Instant.EPOCH,
                Map.of(KNOWN, vote(true), NEWER, vote(false)));
        JsonObject newer = new JsonObject(said.toJson().encode().replace("https://", "h2c://"));
        assertThat(HealthGossip.fromJson(newer, 7).votes()).isEqualTo(Map.of(KNOWN, vote(true)));
    }
}
