package dev.gyre.api;

import static dev.gyre.api.Doors.command;
import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.model.BackendHealth;
import dev.gyre.model.BackendId;
import dev.gyre.model.Condition;
import dev.gyre.model.Condition.State;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who looks finds which backend is left out, why, and until when. */
class EjectedBackendShownTest {

    private static final BackendId ID = new BackendId("web", A);

    private Doors doors;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(web(A, B), Optional.empty());
        doors.backendHealth = BackendHealth.of(Map.of(ID, new Condition(State.EJECTED, "5 failures in a row",
                Instant.ofEpochSecond(60), Optional.of(Instant.ofEpochSecond(70)))));
        doors.ejections.put(ID, Map.of("silence", 2L, "failures", 7L));
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    private JsonObject row(int number) throws Exception {
        JsonArray rows = doors.http(command("backend.list")).reply().getJsonArray("backends");
        return rows.getJsonObject(number);
    }

    @Test
    void inTheListOfBackends() throws Exception {
        JsonObject row = row(0);
        assertThat(row.getString("state")).isEqualTo("ejected");
        assertThat(row.getString("reason")).isEqualTo("5 failures in a row");
        assertThat(row.getString("since")).isEqualTo("1970-01-01T00:01:00Z");
        assertThat(row.getString("until")).isEqualTo("1970-01-01T00:01:10Z");
        assertThat(row(1).getString("state")).isEqualTo("up");
        assertThat(doors.cli("backend", "list").out()).contains("web/" + A
                + " is ejected since 1970-01-01T00:01:00Z until 1970-01-01T00:01:10Z: 5 failures in a row");
    }

    @Test
    void alsoWhileItDrains() throws Exception {
        doors.http(command("backend.drain", "service", "web", "url", A.toString()));
        assertThat(row(0).getString("state")).isEqualTo("draining");
        assertThat(row(0).getString("health")).isEqualTo("ejected");
    }

    @Test
    void inTheMetricsByReason() throws Exception {
        assertThat(doors.send(doors.request("/metrics")).body()).contains(
                "# TYPE gyre_backend_ejections_total counter",
                "gyre_backend_ejections_total{service=\"web\",backend=\"" + A + "\",reason=\"failures\"} 7",
                "gyre_backend_ejections_total{service=\"web\",backend=\"" + A + "\",reason=\"silence\"} 2");
    }
}
