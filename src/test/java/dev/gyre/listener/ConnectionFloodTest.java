package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Connections too many are turned away at the door, and those inside do not notice. */
class ConnectionFloodTest {

    private static final String ANOTHER = "127.0.0.9";

    private static GyreNode node(Origin origin, int all, int perAddress, String... trusted) {
        JsonArray peers = new JsonArray(List.of((Object[]) trusted));
        return GyreNode.before(new JsonObject()
                .put("limits", new JsonObject().put("connections", all)
                        .put("connectionsPerAddress", perAddress))
                .put("forwarding", new JsonObject().put("trusted", peers)), new JsonObject(), origin.url());
    }

    private static Wire from(String address, int port) throws IOException {
        return new Wire(new Socket(InetAddress.getLoopbackAddress(), port,
                InetAddress.getByName(address), 0));
    }

    private static String metrics(GyreNode node) throws IOException {
        return new Admin(node.adminPort()).get("/metrics").body();
    }

    private static boolean serves(Wire wire) throws IOException {
        return wire.get("/").readAnswer().status() == 200;
    }

    @Test
    void oneAddressHasNoMoreThanItsShare() throws Exception {
        List<Wire> open = new ArrayList<>();
        try (Origin origin = Origin.saying("x"); GyreNode node = node(origin, 100, 5)) {
            for (int i = 0; i < 5; i++) {
                open.add(Wire.to(node.port()));
                assertThat(serves(open.get(i))).isTrue();
            }
            try (Wire sixth = Wire.to(node.port()); Wire other = from(ANOTHER, node.port())) {
                assertThat(sixth.ends()).isTrue();
                assertThat(serves(other)).isTrue();
            }
            assertThat(serves(open.get(4))).isTrue();
            assertThat(metrics(node)).contains("limit=\"connections-per-address\"} 1");
            open.remove(0).close();
            Await.until("a place is free again", () -> {
                try (Wire next = Wire.to(node.port())) {
                    return serves(next);
                } catch (IOException e) {
                    return false;
                }
            });
        } finally {
            for (Wire wire : open) {
                wire.close();
            }
        }
    }

    @Test
    void aTrustedProxyHasNoShareButCountsAmongAll() throws Exception {
        List<Wire> open = new ArrayList<>();
        try (Origin origin = Origin.saying("x"); GyreNode node = node(origin, 10, 2, "127.0.0.1")) {
            for (int i = 0; i < 10; i++) {
                open.add(Wire.to(node.port()));
                assertThat(serves(open.get(i))).isTrue();
            }
            try (Wire other = from(ANOTHER, node.port())) {
                assertThat(other.ends()).isTrue();
            }
            assertThat(metrics(node)).contains("limit=\"connections\"} 1", "gyre_client_connections 10",
                    "gyre_client_connections_limit 10");
        } finally {
            for (Wire wire : open) {
                wire.close();
            }
        }
    }

    @Test
    void aReconnectFloodLeavesNothingBehind() throws Exception {
        try (Origin origin = Origin.saying("x"); GyreNode node = node(origin, 50, 40);
             Wire honest = from(ANOTHER, node.port())) {
            for (int i = 0; i < 2000; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port());
                socket.setSoLinger(true, 0);
                socket.close();
            }
            assertThat(serves(honest)).isTrue();
            Await.until(() -> "one connection is left", () ->
                    metrics(node).contains("gyre_client_connections 1\n"));
        }
    }
}
