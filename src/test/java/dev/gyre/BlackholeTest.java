package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Blackhole;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class BlackholeTest {

    @Test
    void aBackendThatNeverAcceptsIsGivenUpAfterTheConnectTimeout() throws Exception {
        try (Blackhole blackhole = new Blackhole()) {
            JsonObject service = new JsonObject()
                    .put("backends", new JsonArray().add(blackhole.url()))
                    .put("timeouts", new JsonObject().put("connect", "200ms"));
            try (GyreNode node = GyreNode.start(
                    new JsonObject().put("services", new JsonObject().put("web", service)));
                 Wire client = Wire.to(node.port())) {
                client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                Wire.Answer answer = client.readAnswer();
                assertThat(answer.status()).isEqualTo(504);
                assertThat(answer.head().first("Proxy-Status").orElseThrow()).contains("connection_timeout");
            }
        }
    }
}
