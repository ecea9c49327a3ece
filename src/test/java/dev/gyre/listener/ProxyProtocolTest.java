package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Await;
import dev.gyre.kit.LogLines;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Proxies in front tell whose connection it is; nobody else can, and nothing but a header does. */
class ProxyProtocolTest {

    private static final String V1 = "PROXY TCP4 203.0.113.7 192.0.2.1 51234 443\r\n";
    private static final String V2 = "0d0a0d0a000d0a515549540a" + "2111000c" + "cb007107" + "c0000201"
            + "c822" + "01bb";
    private static final String LOCAL = "0d0a0d0a000d0a515549540a" + "20000000";
    private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static JsonObject config(JsonObject proxyProtocol, JsonObject more, Origin... origins) {
        JsonArray urls = new JsonArray();
        List.of(origins).forEach(origin -> urls.add(origin.url()));
        return new JsonObject()
                .put("listeners", new JsonArray().add(new JsonObject().put("host", "127.0.0.1").put("port", 0)
                        .put("proxyProtocol", proxyProtocol)))
                .put("services", new JsonObject().put("web", new JsonObject().put("backends", urls)))
                .mergeIn(more, true);
    }

    private static JsonObject from(String network) {
        return new JsonObject().put("from", new JsonArray().add(network));
    }

    private static GyreNode before(Origin origin) {
        return GyreNode.start(config(from("127.0.0.0/8"), new JsonObject(), origin));
    }

    private static byte[] bytes(String hex, String text) {
        return (new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1) + text)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String clientSeenBy(Origin origin) {
        return String.join(", ", origin.requests().get(origin.requests().size() - 1).all("X-Forwarded-For"));
    }

    private static Wire opened(GyreNode node, String header) throws IOException {
        return Wire.to(node.port()).write(header);
    }

    @Test
    void theClientThatTheHeaderNamesIsTheClient() throws Exception {
        try (Origin origin = Origin.saying("hello"); GyreNode node = before(origin)) {
            try (Wire proxy = opened(node, V1 + GET)) {
                assertThat(proxy.readAnswer().body()).isEqualTo("hello");
                assertThat(clientSeenBy(origin)).isEqualTo("203.0.113.7");
                proxy.write(GET).readAnswer();
                assertThat(clientSeenBy(origin)).isEqualTo("203.0.113.7");
            }
            try (Wire proxy = Wire.to(node.port()).write(bytes(V2, GET))) {
                assertThat(proxy.readAnswer().body()).isEqualTo("hello");
                assertThat(clientSeenBy(origin)).isEqualTo("203.0.113.7");
            }
        }
    }

    @Test
    void oneByteAtATimeIsAsGoodAsAllAtOnce() throws Exception {
        try (Origin origin = Origin.saying("hello"); GyreNode node = before(origin)) {
            for (byte[] all : List.of(bytes("", V1 + GET), bytes(V2, GET))) {
                try (Wire proxy = Wire.to(node.port())) {
                    proxy.socket().setTcpNoDelay(true);
                    for (byte one : all) {
                        proxy.write(new byte[] {one});
                    }
                    assertThat(proxy.readAnswer().body()).isEqualTo("hello");
                    assertThat(clientSeenBy(origin)).isEqualTo("203.0.113.7");
                }
            }
        }
    }

    @Test
    void aProxyThatSpeaksForItselfIsTheClient() throws Exception {
        try (Origin origin = Origin.saying("hello"); GyreNode node = before(origin)) {
            for (byte[] all : List.of(bytes("", "PROXY UNKNOWN\r\n" + GET), bytes(LOCAL, GET))) {
                try (Wire proxy = Wire.to(node.port()).write(all)) {
                    assertThat(proxy.readAnswer().body()).isEqualTo("hello");
                    assertThat(clientSeenBy(origin)).isEqualTo("127.0.0.1");
                }
            }
        }
    }

    @Test
    void whatIsNoHeaderEndsThatConnectionAlone() throws Exception {
        try (LogLines log = LogLines.capture(); Origin origin = Origin.saying("hello");
                GyreNode node = before(origin); Wire good = opened(node, V1 + GET)) {
            good.readAnswer();
            for (int i = 0; i < 5; i++) {
                try (Wire bad = opened(node, GET)) {
                    assertThat(bad.ends()).isTrue();
                }
            }
            try (Wire bad = opened(node, "PROXY TCP4 203.0.113.7 192.0.2.1 051234 443\r\n" + GET)) {
                assertThat(bad.ends()).isTrue();
            }
            try (Wire begun = opened(node, "PROXY TCP4 203.")) {
                begun.socket().shutdownOutput();
                assertThat(begun.ends()).isTrue();
            }
            Wire.to(node.port()).close();

            assertThat(good.write(GET).readAnswer().body()).isEqualTo("hello");
            assertThat(origin.requests()).hasSize(2);
            assertThat(node.samples("gyre_proxy_headers_refused_total")).containsOnly(
                    entry("signature", 5), entry("address", 1), entry("incomplete", 1));
            assertThat(log.with("proxy header refused reason=signature")).singleElement().asString()
                    .contains("address=127.0.0.1");
        }
    }

    private static Map.Entry<String, Long> entry(String reason, long count) {
        return Map.entry("reason=\"" + reason + "\"", count);
    }

    @Test
    void aHeaderThatDoesNotComeInTimeEndsTheConnection() throws Exception {
        JsonObject limits = new JsonObject().put("limits", new JsonObject().put("head", "50ms"));
        try (Origin origin = Origin.saying("hello");
                GyreNode node = GyreNode.start(config(from("127.0.0.1"), limits, origin));
                Wire silent = Wire.to(node.port()); Wire begun = opened(node, "PROXY T")) {
            assertThat(silent.ends()).isTrue();
            assertThat(begun.ends()).isTrue();
            assertThat(node.samples("gyre_proxy_headers_refused_total"))
                    .containsOnly(entry("timeout", 2));
        }
    }

    @Test
    void peersThatAreNotListedAreRefused() throws Exception {
        try (Origin origin = Origin.saying("hello");
                GyreNode node = GyreNode.start(config(from("10.0.0.0/8"), new JsonObject(), origin));
                Wire stranger = Wire.to(node.port())) {
            assertThat(stranger.ends()).isTrue();
            assertThat(origin.requests()).isEmpty();
            assertThat(node.samples("gyre_proxy_headers_refused_total"))
                    .containsOnly(entry("unlisted_peer", 1));
        }
    }

    @Test
    void peersThatAreNotListedMayBeClients() throws Exception {
        JsonObject accept = from("10.0.0.0/8").put("others", "accept");
        try (Origin origin = Origin.saying("hello");
                GyreNode node = GyreNode.start(config(accept, new JsonObject(), origin))) {
            try (Wire client = opened(node, GET)) {
                assertThat(client.readAnswer().body()).isEqualTo("hello");
                assertThat(clientSeenBy(origin)).isEqualTo("127.0.0.1");
            }
            try (Wire liar = opened(node, V1 + GET)) {
                assertThat(liar.readAnswer().head().status()).isEqualTo(400);
            }
        }
    }

    @Test
    void theLimitForEachAddressHoldsForTheClientAndNotForItsProxy() throws Exception {
        JsonObject limits = new JsonObject().put("limits", new JsonObject().put("connectionsPerAddress", 2));
        List<Wire> open = new ArrayList<>();
        try (Origin origin = Origin.saying("hello");
                GyreNode node = GyreNode.start(config(from("127.0.0.1"), limits, origin))) {
            for (int client = 1; client <= 4; client++) {
                for (int i = 0; i < 2; i++) {
                    Wire wire = opened(node, V1.replace("113.7", "113." + client) + GET);
                    open.add(wire);
                    assertThat(wire.readAnswer().body()).isEqualTo("hello");
                }
            }
            try (Wire third = opened(node, V1.replace("113.7", "113.1") + GET)) {
                assertThat(third.ends()).isTrue();
            }
            assertThat(node.sample("gyre_limit_exceeded_total{limit=\"connections-per-address\"}")).isOne();

            open.get(0).close();
            Await.until("a place for another connection of that client", () -> {
                try (Wire third = opened(node, V1.replace("113.7", "113.1") + GET)) {
                    return !third.ends();
                }
            });
        } finally {
            for (Wire wire : open) {
                wire.close();
            }
        }
    }

    @Test
    void theClientAndNotItsProxyIsTrusted() throws Exception {
        String told = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 198.51.100.9\r\n\r\n";
        for (String trusted : List.of("127.0.0.1", "203.0.113.7")) {
            JsonObject forwarding = new JsonObject().put("forwarding",
                    new JsonObject().put("trusted", new JsonArray().add(trusted)));
            try (Origin origin = Origin.saying("hello");
                    GyreNode node = GyreNode.start(config(from("127.0.0.1"), forwarding, origin));
                    Wire proxy = opened(node, V1 + told)) {
                proxy.readAnswer();
                assertThat(clientSeenBy(origin)).isEqualTo(trusted.equals("127.0.0.1") ? "203.0.113.7"
                        : "198.51.100.9, 203.0.113.7");
            }
        }
    }

    @Test
    void theClientIsTheKeyOfConsistentHashing() throws Exception {
        JsonObject balance = new JsonObject().put("services", new JsonObject().put("web", new JsonObject()
                .put("balance", new JsonObject().put("by", "consistent-hash")
                        .put("key", "client-address"))));
        try (Origin one = Origin.saying("one"); Origin two = Origin.saying("two");
                GyreNode node = GyreNode.start(config(from("127.0.0.1"), balance, one, two))) {
            for (int round = 0; round < 2; round++) {
                for (int client = 1; client <= 40; client++) {
                    try (Wire wire = opened(node, V1.replace("113.7", "113." + client) + GET)) {
                        wire.readAnswer();
                    }
                }
            }
            assertThat(one.requests()).isNotEmpty();
            assertThat(two.requests()).isNotEmpty();
            assertThat(one.requests().size() % 2).isZero();
        }
    }

    @Test
    void noBytesButAHeaderReachABackend() throws Exception {
        Random random = new Random(19);
        try (Origin origin = Origin.saying("hello"); GyreNode node = before(origin)) {
            for (int i = 0; i < 300; i++) {
                byte[] header = i % 2 == 0 ? bytes("", V1) : bytes(V2, "");
                int at = random.nextInt(header.length);
                byte before = header[at];
                header[at] = (byte) random.nextInt(256);
                boolean same = header[at] == before;
                int requests = origin.requests().size();
                try (Wire wire = Wire.to(node.port())) {
                    wire.write(header).write(GET);
                    wire.socket().shutdownOutput();
                    if (wire.readHead() != null) {
                        assertThat(clientSeenBy(origin)).satisfiesAnyOf(
                                client -> assertThat(client).startsWith("203.0.113."),
                                client -> assertThat(client).isEqualTo("127.0.0.1"),
                                client -> assertThat(at).as(client).isBetween(11, 30));
                    } else {
                        assertThat(same).isFalse();
                        assertThat(origin.requests()).hasSize(requests);
                    }
                } catch (IOException e) {
                    assertThat(same).as(String.valueOf(e)).isFalse();
                    assertThat(origin.requests()).hasSize(requests);
                }
            }
        }
    }
}
