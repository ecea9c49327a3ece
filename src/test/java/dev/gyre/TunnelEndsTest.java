package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Command;
import dev.gyre.kit.Frames;
import dev.gyre.kit.Frames.Frame;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A tunnel goes on through all that changes, and ends in order when its time is up. */
class TunnelEndsTest {

    private static final String RAW = "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n";

    /** What the backend has got. */
    private final List<Frame> frames = new CopyOnWriteArrayList<>();
    /** Echoes frames, and closes as a server of WebSockets does; others get their bytes back. */
    private final Origin origin = Origin.of(exchange -> {
        if (exchange.request().first("Upgrade").orElse("").equals("raw")) {
            exchange.write(RAW);
            exchange.write(new String(exchange.wire().readToEnd()));
        } else {
            exchange.write(Frames.SWITCHED);
            serve(exchange.wire());
        }
        exchange.close();
    });

    private void serve(Wire wire) throws IOException {
        Frame frame;
        do {
            frame = Frames.read(wire);
            frames.add(frame);
            wire.write(Frames.of(frame.opcode(), false, frame.payload()));
        } while (frame.opcode() != Frames.CLOSE);
    }

    @AfterEach
    void close() {
        origin.close();
    }

    private static Wire webSocket(GyreNode node) throws IOException {
        Wire client = Wire.to(node.port()).write(Frames.ASKING);
        assertThat(client.readHead().status()).isEqualTo(101);
        return client;
    }

    private static Wire raw(GyreNode node) throws IOException {
        Wire client = Wire.to(node.port());
        client.write("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n");
        assertThat(client.readHead().status()).isEqualTo(101);
        return client;
    }

    private static void echoes(Wire client, int size) throws IOException {
        client.write(Frames.of(Frames.BINARY, true, new byte[size]));
        assertThat(Frames.read(client).payload()).hasSize(size);
    }

    private static JsonObject with(JsonObject tunnels) {
        return new JsonObject().put("upgrade", new JsonArray().add("websocket").add("raw"))
                .put("tunnels", tunnels);
    }

    private GyreNode node(JsonObject tunnels) {
        return GyreNode.before(with(tunnels), origin);
    }

    /** The client's side of the end: told to go away, it says so too, and is closed. */
    private static void goesAway(Wire client) throws IOException {
        Frame close = Frames.read(client);
        assertThat(close.opcode()).isEqualTo(Frames.CLOSE);
        assertThat(close.masked()).isFalse();
        assertThat(close.status()).isEqualTo(1001);
        client.write(Frames.of(Frames.CLOSE, true, close.payload()));
        assertThat(client.ends()).isTrue();
    }

    private void backendWentAway(int times) throws Exception {
        Await.until("close frames at the backend", () -> frames.stream().filter(frame ->
                frame.opcode() == Frames.CLOSE && frame.masked() && frame.status() == 1001).count() == times);
    }

    private static long ended(GyreNode node, String reason) throws IOException {
        return node.samples("gyre_service_tunnels_ended_total")
                .getOrDefault("service=\"web\",reason=\"" + reason + "\"", 0L);
    }

    @Test
    void tunnelsOutliveDrainRemovalAndOtherChanges() throws Exception {
        try (GyreNode node = node(new JsonObject()); Wire client = webSocket(node)) {
            node.command(Command.backend("drain", origin.url()));
            echoes(client, 10);
            node.command(Command.backend("remove", origin.url()));
            echoes(client, 70_000);
            for (int i = 0; i < 50; i++) {
                node.command(Command.backend("add", "http://127.0.0.1:" + (1 + i)));
            }
            echoes(client, 126);
            client.write(Frames.of(Frames.CLOSE, true, new byte[] {3, (byte) 0xe8}));
            assertThat(Frames.read(client).status()).isEqualTo(1000);
            assertThat(client.ends()).isTrue();
            // Until then the client could still send.
            client.close();
            Await.until("its end is counted", () -> ended(node, "backend-closed") == 1);
        }
    }

    @Test
    void aDrainThatWaitsEndsTunnelsAfterTheirTime() throws Exception {
        try (GyreNode node = node(new JsonObject()); Wire client = webSocket(node); Wire other = raw(node)) {
            other.write("abc");
            CompletableFuture<JsonObject> drained = CompletableFuture.supplyAsync(() -> node.command(
                    Command.backend("drain", origin.url(), "wait", true, "tunnels", "100ms")));
            goesAway(client);
            assertThat(new String(other.readToEnd())).as("ended by the end of both sides").isEmpty();
            other.close();
            assertThat(drained.get(Await.SECONDS, TimeUnit.SECONDS).getBoolean("drained")).isTrue();
            backendWentAway(1);
            assertThat(ended(node, "drained")).isEqualTo(2);
            assertThat(node.samples("gyre_service_requests_total").toString()).doesNotContain("5xx");
        }
    }

    @Test
    void aDrainGivesTunnelsAllTheTimeUnlessToldOtherwise() throws Exception {
        try (GyreNode node = node(new JsonObject()); Wire client = webSocket(node)) {
            node.command(Command.backend("drain", origin.url(), "tunnels", "1h"));
            assertThat(node.backend().getString("tunnelsUntil")).isNotNull();
            node.command(Command.backend("resume", origin.url()));
            assertThat(node.backend().getString("tunnelsUntil")).isNull();
            JsonObject left = node.command(
                    Command.backend("drain", origin.url(), "wait", true, "timeout", "200ms"));
            assertThat(left.getBoolean("drained")).isFalse();
            assertThat(left.getInteger("inFlight")).isEqualTo(1);
            echoes(client, 10);
            node.command(Command.backend("drain", origin.url(), "tunnels", "0ms"));
            goesAway(client);
        }
    }

    @Test
    void aCloseFrameWaitsForTheEndOfTheFrameUnderWay() throws Exception {
        try (GyreNode node = node(new JsonObject()); Wire client = webSocket(node)) {
            byte[] frame = Frames.of(Frames.BINARY, true, new byte[100_000]);
            client.write(java.util.Arrays.copyOf(frame, 60_000));
            Await.until("a part has gone through", () ->
                    node.samples("gyre_service_tunnel_bytes_total").toString().contains("60000"));
            node.command(Command.backend("drain", origin.url(), "tunnels", "0ms"));
            Frame close = Frames.read(client);
            assertThat(close.status()).isEqualTo(1001);
            client.write(java.util.Arrays.copyOfRange(frame, 60_000, frame.length));
            client.write(Frames.of(Frames.CLOSE, true, close.payload()));
            assertThat(client.ends()).isTrue();
            backendWentAway(1);
            assertThat(frames.get(0).payload()).as("whole, before the close frame").hasSize(100_000);
        }
    }

    @Test
    void theStopOfTheNodeLetsWebSocketsGoInOrder() throws Exception {
        try (GyreNode node = node(new JsonObject()); Wire client = webSocket(node); Wire other = raw(node)) {
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(node::stop);
            goesAway(client);
            assertThat(other.readToEnd()).isEmpty();
            other.close();
            stopped.get(Await.SECONDS, TimeUnit.SECONDS);
            backendWentAway(1);
        }
    }

    @Test
    void aPeerThatDoesNotCloseKeepsNoNodeFromStopping() throws Exception {
        try (GyreNode node = node(new JsonObject()); Wire client = webSocket(node)) {
            CompletableFuture.runAsync(node::stop).get(Await.SECONDS, TimeUnit.SECONDS);
            assertThat(Frames.read(client).status()).isEqualTo(1001);
            assertThat(client.ends()).isTrue();
        }
    }

    @Test
    void aTunnelOverWhichNothingMovesIsEnded() throws Exception {
        try (GyreNode node = node(new JsonObject().put("idle", "1s")); Wire client = webSocket(node)) {
            echoes(client, 10);
            goesAway(client);
            Await.until("its end is counted", () -> ended(node, "idle") == 1);
        }
    }

    @Test
    void aTunnelHasALifetimeIfItIsGivenOne() throws Exception {
        try (GyreNode node = node(new JsonObject().put("lifetime", "1s")); Wire client = webSocket(node)) {
            goesAway(client);
            Await.until("its end is counted", () -> ended(node, "lifetime") == 1);
        }
    }

    @Test
    void tunnelsHaveLimitsOfTheirOwn() throws Exception {
        try (GyreNode node = node(new JsonObject().put("perBackend", 2)); Wire one = webSocket(node);
             Wire two = webSocket(node); Wire three = Wire.to(node.port())) {
            Wire.Answer refused = three.write(Frames.ASKING).readAnswer();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.head().first("Retry-After")).isPresent();
            assertThat(node.samples("gyre_service_requests_total").toString()).contains("tunnel-limit");
            one.reset();
            Await.until("a place is free", () -> ended(node, "client-reset") == 1);
            assertThat(three.write(Frames.ASKING).readHead().status()).isEqualTo(101);
            echoes(two, 3);
        }
        try (GyreNode node = node(new JsonObject().put("perAddress", 1)); Wire one = webSocket(node);
             Wire two = Wire.to(node.port())) {
            assertThat(two.write(Frames.ASKING).readAnswer().status()).isEqualTo(503);
            echoes(one, 3);
        }
    }

    @Test
    void aBackendWithAllItsTunnelsIsPassedOver() throws Exception {
        try (Origin second = Origin.of(exchange -> {
            exchange.write(Frames.SWITCHED);
            exchange.wire().readToEnd();
        }); GyreNode node = GyreNode.before(with(new JsonObject().put("perBackend", 1)), origin, second);
             Wire one = webSocket(node); Wire two = webSocket(node); Wire three = Wire.to(node.port())) {
            assertThat(three.write(Frames.ASKING).readAnswer().status()).isEqualTo(503);
            assertThat(origin.requests()).hasSize(1);
            assertThat(second.requests()).hasSize(1);
        }
    }
}
