package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.LogLines;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A node that stops lets clients go that have asked for nothing yet, and does not blame them. */
class StoppedClientsTest {

    @Test
    void areGivenAMomentAndExceedNoLimit() throws Exception {
        // So long that only the moment ends the connections.
        JsonObject patient = new JsonObject().put("grace", "10m");
        try (Origin origin = Origin.saying("hello"); LogLines log = LogLines.capture();
             GyreNode node = GyreNode.before(patient, new JsonObject(), origin.url());
             Wire silent = Wire.to(node.port()); Wire half = Wire.to(node.port());
             Wire idle = Wire.to(node.port()).get("/")) {
            assertThat(idle.readAnswer().status()).isEqualTo(200);
            half.write("GET / HTTP/1.1\r\nHost: a");
            node.close();
            assertThat(new String(half.readToEnd(), StandardCharsets.ISO_8859_1))
                    .startsWith("HTTP/1.1 503 ").contains("this node stopped");
            assertThat(silent.readToEnd()).isEmpty();
            assertThat(idle.readToEnd()).isEmpty();
            assertThat(log.with("limit ")).isEmpty();
        }
    }
}
