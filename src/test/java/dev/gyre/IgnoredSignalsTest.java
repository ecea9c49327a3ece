package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signals that make other proxies read or open something again do a node no harm. */
class IgnoredSignalsTest {

    @Test
    void theNodeServesOn(@TempDir Path directory) throws Exception {
        try (Origin origin = Origin.saying("x");
             GyreProcess node = GyreProcess.node(directory, new JsonObject().put("services", new JsonObject()
                     .put("web", new JsonObject().put("backends", new JsonArray().add(origin.url())))))) {
            for (String signal : new String[] {"HUP", "USR1"}) {
                node.signal(signal);
                node.await("SIG" + signal + " ignored");
                try (Wire wire = Wire.to(node.port())) {
                    assertThat(wire.get("/").readAnswer().status()).isEqualTo(200);
                }
            }
        }
    }
}
