package dev.gyre.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.BackendUrl;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A backend that is the node itself is told of before its first request goes round. */
class OwnListenersTest {

    @ParameterizedTest
    @CsvSource({"0.0.0.0, http://127.0.0.1:8080", "0.0.0.0, http://127.9.9.9:8080",
        "0.0.0.0, http://localhost:8080",
        "::, http://[::1]:8080", "0.0.0.0, http://0.0.0.0:8080", "127.0.0.1, http://127.0.0.1:8080",
        "127.0.0.1, http://localhost:8080", "localhost, http://127.0.0.1:8080",
        "10.9.9.9, http://10.9.9.9:8080",
        "node.example, http://Node.Example:8080"})
    void itself(String host, String backend) {
        assertThat(OwnListeners.warning(BackendUrl.parse(backend), List.of(new Listener("127.0.0.1", 1),
                new Listener(host, 8080)))).hasValueSatisfying(text -> assertThat(text)
                        .contains(BackendUrl.parse(backend).toString(), "own listener", ":8080", "508"));
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0, http://127.0.0.1:8081", "0.0.0.0, http://192.0.2.1:8080",
        "0.0.0.0, http://a.example:8080",
        "127.0.0.1, http://127.0.0.2:8080", "10.9.9.9, http://127.0.0.1:8080",
        "10.9.9.9, http://localhost:8080"})
    void another(String host, String backend) {
        assertThat(OwnListeners.warning(BackendUrl.parse(backend), List.of(new Listener(host, 8080))))
                .isEmpty();
    }

    @Test
    void aCheckWarnsAndStillSucceeds() {
        JsonObject config = new JsonObject()
                .put("listeners", new JsonArray().add(new JsonObject().put("port", 8080)))
                .put("services", new JsonObject().put("web", new JsonObject()
                        .put("backends", new JsonArray().add("http://10.0.0.5:9001")
                                .add("http://localhost:8080"))));
        Vertx vertx = Vertx.vertx();
        ConfigCheck.Report report = ConfigCheck.run(vertx, config).await();
        vertx.close().await();
        assertThat(report.ok()).isTrue();
        assertThat(report.lines()).hasSize(2).last().asString()
                .startsWith("warning: service web: http://localhost:8080 is this node's own listener ");
    }
}
