package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Gate;
import dev.gyre.kit.GyreProcess;
import dev.gyre.kit.Load;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StopUnderLoadTest {

    private static final String SLOW = "GET /slow HTTP/1.1\r\nHost: x\r\n\r\n";

    @TempDir
    Path directory;

    /** Before the answers to what is slow. */
    private final Gate gate = new Gate();

    private final Origin origin = Origin.of(exchange -> {
        switch (exchange.request().target()) {
            case "/slow" -> gate.pass();
            case "/never" -> new Gate().pass();
            default -> { }
        }
        exchange.respond(200, "hello");
    }).withoutRecording();
    private final List<Wire> clients = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (Wire client : clients) {
            client.close();
        }
        origin.close();
    }

    private GyreProcess node(String grace) throws Exception {
        JsonObject web = new JsonObject().put("backends", new JsonArray().add(origin.url()));
        return GyreProcess.node(directory, new JsonObject().put("grace", grace)
                .put("services", new JsonObject().put("web", web)));
    }

    private Wire ask(GyreProcess node, String request) throws Exception {
        Wire client = Wire.to(node.port()).write(request);
        clients.add(client);
        return client;
    }

    /** Twenty new clients in a row are, whichever event loop they come to; they are served all the same. */
    private static boolean toldToGo(GyreProcess node) throws Exception {
        for (int i = 0; i < 20; i++) {
            try (Wire client = Wire.to(node.port()).write("GET / HTTP/1.1\r\nHost: x\r\n\r\n")) {
                Wire.Answer answer = client.readAnswer();
                assertThat(answer.body()).isEqualTo("hello");
                if (!answer.head().all("Connection").contains("close")) {
                    return false;
                }
            }
        }
        return true;
    }

    private interface Signal {
        void send(GyreProcess node) throws Exception;
    }

    private void stopsWithoutLosingARequest(Signal signal) throws Exception {
        try (GyreProcess node = node("30s"); Load load = Load.of(node.port(), 50, 1500)) {
            Await.until("a load", () -> load.answered() > 500);
            for (int i = 0; i < 10; i++) {
                ask(node, SLOW);
            }
            Await.until("slow requests under way",
                    () -> node.admin().backends().get(0).getInteger("inFlight") >= 10);
            assertThat(node.admin().get("/ready").status()).isEqualTo(200);
            long connectionsBefore = load.connections();
            signal.send(node);
            load.mayBeRefused();
            Await.until("not ready", () -> node.admin().get("/ready").status() == 503);
            assertThat(node.admin().get("/live").status()).isEqualTo(200);
            Await.until("every event loop has heard of it", () -> toldToGo(node));
            gate.open();
            for (Wire client : clients) {
                Wire.Answer answer = client.readAnswer();
                assertThat(answer.body()).isEqualTo("hello");
                assertThat(answer.head().first("Connection")).contains("close");
                assertThat(client.read()).as("the connection's end").isEqualTo(-1);
            }
            assertThat(node.exitCode()).isZero();
            load.awaitEnd();
            assertThat(load.failures()).isEmpty();
            assertThat(load.connections()).as("clients were told to come again")
                    .isGreaterThan(connectionsBefore);
            assertThat(node.text()).contains("stopped").doesNotContain("Exception");
        }
    }

    @Test
    void sigtermLosesNoRequest() throws Exception {
        stopsWithoutLosingARequest(GyreProcess::terminate);
    }

    @Test
    void sigintLosesNoRequest() throws Exception {
        stopsWithoutLosingARequest(GyreProcess::interrupt);
    }

    @Test
    void idleClientsDoNotHoldUpTheEnd() throws Exception {
        try (GyreProcess node = node("10m")) {
            for (int i = 0; i < 20; i++) {
                ask(node, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(clients.get(i).readAnswer().status()).isEqualTo(200);
            }
            node.terminate();
            assertThat(node.exitCode()).as("long before the grace is over").isZero();
            for (Wire client : clients) {
                assertThat(client.read()).as("an end in order, no reset").isEqualTo(-1);
            }
        }
    }

    @Test
    void graceBoundsTheWaitForABackendThatNeverAnswers() throws Exception {
        try (GyreProcess node = node("1s")) {
            ask(node, "GET /never HTTP/1.1\r\nHost: x\r\n\r\n");
            Await.until("under way", () -> node.admin().backends().get(0).getInteger("inFlight") == 1);
            long begun = System.nanoTime();
            node.terminate();
            assertThat(node.exitCode()).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(900));
        }
    }
}
