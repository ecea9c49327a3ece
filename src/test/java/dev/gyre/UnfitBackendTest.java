package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.Command;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A backend that fails its probes gets no request, is shown as what it is, and comes back by itself. */
class UnfitBackendTest {

    private final AtomicInteger health = new AtomicInteger(200);
    private final Origin ailing = Origin.of(exchange -> {
        if (exchange.request().target().equals("/health")) {
            exchange.respond(health.get(), "");
        } else {
            exchange.respond(200, "ailing");
        }
    });
    private final Origin sound = Origin.saying("sound");

    @AfterEach
    void close() {
        ailing.close();
        sound.close();
    }

    private static JsonObject service(int fall, Object panic) {
        return new JsonObject().put("health", new JsonObject()
                .put("http", new JsonObject().put("path", "/health"))
                .put("interval", "100ms").put("timeout", "5s").put("rise", 2).put("fall", fall)
                .put("panic", panic));
    }

    private String ask(GyreNode node) throws IOException {
        try (Wire client = Wire.to(node.port())) {
            client.write("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            return client.readAnswer().body();
        }
    }

    private List<JsonObject> rows(GyreNode node) {
        return Command.rows(node.command(Command.LIST));
    }

    private JsonObject row(GyreNode node, Origin origin) {
        return rows(node).stream().filter(row -> row.getString("url").equals(origin.url())).findFirst()
                .orElseThrow();
    }

    private void awaitState(GyreNode node, String state) throws Exception {
        Await.until(() -> state + ": " + rows(node),
                () -> row(node, ailing).getString("state").equals(state));
    }

    private long probes(Origin origin) {
        return origin.requests().stream().filter(request -> request.target().equals("/health")).count();
    }

    @Test
    void whoFailsItsProbesGetsNoRequestUntilItPassesThem() throws Exception {
        try (GyreNode node = GyreNode.before(service(3, 0), ailing, sound)) {
            Await.until("probed", () -> probes(ailing) > 1);
            assertThat(row(node, ailing).getString("state")).isEqualTo("up");
            health.set(503);
            awaitState(node, "down");
            JsonObject row = row(node, ailing);
            assertThat(row.getString("reason"))
                    .matches("[3-9] probes in a row failed: status 503 \\(expected: 200\\.\\.399\\)");
            assertThat(Instant.parse(row.getString("since"))).isBeforeOrEqualTo(Instant.now());
            for (int i = 0; i < 8; i++) {
                assertThat(ask(node)).isEqualTo("sound");
            }
            node.command(Command.backend("drain", ailing.url()));
            assertThat(row(node, ailing).getString("state")).isEqualTo("draining");
            assertThat(row(node, ailing).getString("health")).isEqualTo("down");
            node.command(Command.backend("resume", ailing.url()));
            String metrics = new Admin(node.adminPort()).get("/metrics").body();
            String label = "{service=\"web\",backend=\"" + ailing.url() + "\"} ";
            assertThat(metrics).contains("gyre_backend_unfit" + label + "1\n",
                    "gyre_backend_health_flips_total" + label + "1\n", "gyre_backend_probes_total" + label)
                    .doesNotContain("gyre_backend_probe_failures_total" + label + "0\n");
            health.set(200);
            awaitState(node, "up");
            Await.until("its turn", () -> ask(node).equals("ailing"));
        }
    }

    @Test
    void aNewBackendThatFailsItsFirstProbeIsDownAtOnce() throws Exception {
        health.set(500);
        try (GyreNode node = GyreNode.before(service(100, 0), sound)) {
            node.command(Command.backend("add", ailing.url()));
            awaitState(node, "down");
            assertThat(row(node, ailing).getString("reason")).contains("a probe failed: status 500");
            node.command(new JsonObject().put("command", "service.put").put("service", "web")
                    .put("health", new JsonObject().put("http", "off")));
            awaitState(node, "up");
            assertThat(row(node, ailing).containsKey("health")).as("nobody judges it").isFalse();
        }
    }

    @Test
    void whenTooFewAreFitAllAreOffered() throws Exception {
        health.set(500);
        try (GyreNode node = GyreNode.before(service(1, 0.6), ailing, sound)) {
            awaitState(node, "down");
            Await.until("one of two is less than 60 %", () -> ask(node).equals("ailing"));
            node.command(new JsonObject().put("command", "service.put").put("service", "web")
                    .put("health", new JsonObject().put("panic", 0.5)));
            for (int i = 0; i < 6; i++) {
                assertThat(ask(node)).isEqualTo("sound");
            }
        }
    }

    @Test
    void whenNobodyIsFitAllAreOffered() throws Exception {
        health.set(500);
        try (GyreNode node = GyreNode.before(service(1, 0), ailing)) {
            awaitState(node, "down");
            assertThat(ask(node)).isEqualTo("ailing");
        }
    }

    @Test
    void requestsAnsweredWellSpareProbesButNotAll() throws Exception {
        JsonObject service = service(3, 0);
        service.getJsonObject("health").put("interval", "1s");
        try (GyreNode node = GyreNode.before(service, ailing)) {
            Await.until(() -> "probes spared: " + node.backend(), () -> {
                ask(node);
                return spared(node) >= 3;
            });
            long sent = probes(ailing);
            Await.until("and one sent", () -> {
                ask(node);
                return probes(ailing) > sent;
            });
            health.set(500);
            Await.until("that tells what requests do not", () -> {
                ask(node);
                return node.backend().getString("state").equals("down");
            });
        }
    }

    private static int spared(GyreNode node) throws IOException {
        return new Admin(node.adminPort()).get("/metrics").body().lines()
                .filter(line -> line.startsWith("gyre_backend_probes_spared_total{"))
                .mapToInt(line -> Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }
}
