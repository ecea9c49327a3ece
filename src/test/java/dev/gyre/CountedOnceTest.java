package dev.gyre;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** However a request ends, the metrics count it once: all counts add up to what was sent. */
class CountedOnceTest {

    private static final int CONNECTIONS = 8;
    private static final String OPTIONS = "OPTIONS * HTTP/1.1\r\nHost: node\r\n\r\n";

    private final Map<String, Long> expected = new HashMap<>();

    /** Sends requests, so many in all, and ends the connection. */
    private interface Sending {
        void on(Wire wire) throws IOException;
    }

    private static void answer(Origin.Exchange exchange) throws IOException {
        switch (exchange.request().target()) {
            case "/web/half" -> {
                exchange.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                exchange.close();
            }
            case "/web/never" -> { }
            case "/web/missing" -> exchange.respond(404, "no");
            case "/web/broken" -> exchange.respond(500, "no");
            default -> exchange.respond(200, "ok");
        }
    }

    private void counts(String labels, int more) {
        expected.merge(labels, (long) more, Long::sum);
    }

    private void of(String service, String code, String outcome, int more) {
        counts("service=\"" + service + "\",code=\"" + code + "\",outcome=\"" + outcome + "\"", more);
    }

    private void unserved(String code, String outcome, int more) {
        counts("code=\"" + code + "\",outcome=\"" + outcome + "\"", more);
    }

    private static void send(GyreNode node, Sending sending) throws Exception {
        try (Wire wire = Wire.to(node.port())) {
            sending.on(wire);
        }
    }

    private static Map<String, Long> counted(GyreNode node) throws IOException {
        Map<String, Long> all = new TreeMap<>(node.samples("gyre_service_requests_total"));
        all.putAll(node.samples("gyre_unserved_requests_total"));
        return all;
    }

    private static void get(Wire wire, String target, int status) throws IOException {
        assertThat(wire.get(target).readAnswer().status()).isEqualTo(status);
    }

    private static GyreNode start(Origin web, int closed) {
        JsonObject dead = GyreNode.oneTry().put("backends",
                new JsonArray().add("http://127.0.0.1:" + closed));
        return GyreNode.start(new JsonObject()
                .put("limits", new JsonObject().put("connections", CONNECTIONS)
                        .put("connectionsPerAddress", CONNECTIONS).put("maxBody", "10B"))
                .put("services", new JsonObject().put("dead", dead)
                        .put("web", new JsonObject().put("backends", new JsonArray().add(web.url()))))
                .put("routes", new JsonArray()
                        .add(new JsonObject().put("path", "/web/*").put("service", "web"))
                        .add(new JsonObject().put("path", "/dead").put("service", "dead"))
                        .add(new JsonObject().put("path", "/*").put("host", "node").put("service", "dead"))));
    }

    private void answered(GyreNode node) throws Exception {
        send(node, wire -> {
            for (int i = 0; i < 3; i++) {
                get(wire, "/web/" + i, 200);
            }
            get(wire, "/web/missing", 404);
            get(wire, "/web/broken", 500);
            assertThat(wire.write(OPTIONS).readHead().status()).isEqualTo(204);
        });
        of("web", "2xx", "answered", 3);
        of("web", "4xx", "answered", 1);
        of("web", "5xx", "answered", 1);
        unserved("2xx", "answered", 1);
    }

    private void failed(GyreNode node) throws Exception {
        send(node, wire -> {
            get(wire, "/elsewhere", 404);
            get(wire, "/dead", 502);
            assertThat(wire.post("/web/1", "eleven byte").readAnswer().status()).isEqualTo(413);
        });
        unserved("4xx", "no-route", 1);
        of("dead", "5xx", "connect-refused", 1);
        of("web", "4xx", "body-too-large", 1);
        send(node, wire -> {
            wire.get("/web/half").readHead();
            wire.stream().readNBytes(4);
            assertThat(wire.ends()).isTrue();
        });
        of("web", "2xx", "response-incomplete", 1);
    }

    private void refused(GyreNode node) throws Exception {
        send(node, wire -> assertThat(wire.write("GET  / HTTP/1.1\r\n\r\n").readAnswer().status())
                .isEqualTo(400));
        unserved("4xx", "bad-request", 1);
        send(node, wire -> wire.write("GET / HTTP/1.1\r\nHo"));
        unserved("none", "client-gone", 1);
        send(node, wire -> wire.write("GET /web/1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
                + "GET /web/2 HTTP/1.1\r\nHost: a\r\n\r\n").readToEnd());
        of("web", "2xx", "answered", 1);
        unserved("none", "not-served", 1);
    }

    private void left(GyreNode node, Origin web) throws Exception {
        send(node, wire -> {
            wire.get("/web/never");
            try {
                Await.until("it is there", () -> web.requests().stream()
                        .anyMatch(request -> request.target().equals("/web/never")));
            } catch (Exception e) {
                throw new IOException(e);
            }
            wire.reset();
        });
        of("web", "none", "client-gone", 1);
    }

    private void turnedAway(GyreNode node) throws Exception {
        Await.until("all connections have ended", () -> node.sample("gyre_client_connections") == 0);
        List<Wire> open = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            open.add(Wire.to(node.port()));
            open.get(i).write(OPTIONS).readHead();
        }
        send(node, wire -> assertThat(wire.ends()).isTrue());
        for (Wire wire : open) {
            wire.close();
        }
        unserved("2xx", "answered", CONNECTIONS);
        unserved("none", "connection-limit", 1);
    }

    @Test
    void theCountsAddUpToWhatWasSent() throws Exception {
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                Origin web = Origin.of(CountedOnceTest::answer)) {
            int refusing = closed.getLocalPort();
            closed.close();
            try (GyreNode node = start(web, refusing)) {
                answered(node);
                failed(node);
                refused(node);
                left(node, web);
                turnedAway(node);
                Await.until("all connections have ended",
                        () -> node.sample("gyre_client_connections") == 0);
                Map<String, Long> counted = new TreeMap<>();
                Await.until(() -> "counted as " + expected + ", but as " + counted, () -> {
                    counted.clear();
                    counted.putAll(counted(node));
                    return counted.equals(expected);
                });
            }
        }
    }
}
