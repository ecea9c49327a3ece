package dev.gyre.api;

import static dev.gyre.api.Doors.command;
import static dev.gyre.registry.Node.A;
import static dev.gyre.registry.Node.B;
import static dev.gyre.registry.Node.C;
import static dev.gyre.registry.Node.get;
import static dev.gyre.registry.Node.web;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gyre.config.Settings.AdminSettings;
import dev.gyre.kit.Await;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Wire;
import dev.gyre.model.BackendId;
import dev.gyre.model.BackendStats;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who may come in over HTTP, with what, and what everybody else is told. */
class AdminServerTest {

    private static final String LIST = command("backend.list").encode();
    private Doors doors;

    @BeforeEach
    void open() throws Exception {
        doors = new Doors(web(A, B), Optional.empty());
    }

    @AfterEach
    void close() throws Exception {
        doors.close();
    }

    private void reopen(String token) throws Exception {
        doors.close();
        doors = new Doors(web(A, B), Optional.of(token));
    }

    private static HttpRequest.Builder post(HttpRequest.Builder request, String body) {
        return request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body));
    }

    private void problem(HttpResponse<String> response, int status, String detail) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonObject problem = new JsonObject(response.body());
        assertThat(problem.getInteger("status")).isEqualTo(status);
        assertThat(problem.getString("title")).isNotBlank();
        assertThat(problem.getString("detail")).startsWith(detail);
    }

    @Test
    void aTokenIsAskedForEverywhereButForLiveAndReady() throws Exception {
        reopen("s3cret");
        for (String path : new String[] {"/api/backends", "/metrics", "/", "/nowhere"}) {
            HttpResponse<String> missing = doors.send(doors.request(path));
            problem(missing, 401, "a token is needed");
            assertThat(missing.headers().firstValue("WWW-Authenticate")).contains("Bearer realm=\"gyre\"");
        }
        for (String wrong : new String[] {"Bearer s3cre", "Bearer s3crets", "Bearer ", "Basic s3cret",
                "s3cret"}) {
            assertThat(doors.send(doors.request("/api/backends").header("Authorization", wrong)).statusCode())
                    .as(wrong).isEqualTo(401);
        }
        problem(doors.send(post(doors.request("/api/commands"), LIST)), 401, "a token is needed");
        assertThat(doors.send(post(doors.request("/api/commands").header("Authorization", "Bearer s3cret"),
                LIST))
                .statusCode()).isEqualTo(200);
        assertThat(doors.send(doors.request("/live")).statusCode()).isEqualTo(200);
        assertThat(doors.send(doors.request("/ready")).statusCode()).isEqualTo(200);
    }

    @Test
    void aNodeThatIsNotReadyIsStillLive() throws Exception {
        doors.ready.set(false);
        assertThat(doors.send(doors.request("/ready")).statusCode()).isEqualTo(503);
        assertThat(doors.send(doors.request("/live")).statusCode()).isEqualTo(200);
    }

    @Test
    void onlyJsonIsTakenAsACommand() throws Exception {
        for (String type : new String[] {"text/plain", "application/x-www-form-urlencoded",
                "application/jsonx"}) {
            problem(doors.send(doors.request("/api/commands").header("Content-Type", type)
                    .POST(BodyPublishers.ofString(LIST))), 415, "Content-Type: " + type);
        }
        problem(doors.send(doors.request("/api/commands").POST(BodyPublishers.ofString(LIST))), 415,
                "Content-Type: missing (expected: application/json)");
        assertThat(doors.send(doors.request("/api/commands")
                .header("Content-Type", "application/JSON; charset=utf-8")
                .POST(BodyPublishers.ofString(LIST))).statusCode()).isEqualTo(200);
    }

    @Test
    void aBodyThatIsNoObjectIs400() throws Exception {
        for (String body : new String[] {"", "{", "[]", "null", "7", "\"x\"",
                "{\"command\":\"backend.list\"} x"}) {
            problem(doors.send(post(doors.request("/api/commands"), body)), 400,
                    "the body is no JSON object");
        }
    }

    @Test
    void aBodyOverAMegabyteIs413() throws Exception {
        String big = command("backend.list", "service", "x".repeat((int) AdminServer.MAX_BODY)).encode();
        problem(doors.send(post(doors.request("/api/commands"), big)), 413, "the body is larger than 1 MB");
        String head = "POST /api/commands HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + "Connection: close\r\n";
        assertThat(raw(head + "Content-Length: " + big.length() + "\r\n\r\n")).startsWith("HTTP/1.1 413 ")
                .contains("application/problem+json", "the body is larger than 1 MB");
    }

    /** The answer on a connection of its own, up to the end of its JSON or of the connection. */
    private String raw(String request) throws Exception {
        try (Socket socket = new Socket("127.0.0.1", doors.server.port())) {
            socket.setSoTimeout(Await.MILLIS);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            byte[] answer = new byte[4096];
            int length = 0;
            for (int read; length < answer.length
                    && (read = in.read(answer, length, answer.length - length)) > 0;) {
                length += read;
                if (new String(answer, 0, length, StandardCharsets.UTF_8).endsWith("}")) {
                    break;
                }
            }
            return new String(answer, 0, length, StandardCharsets.UTF_8);
        }
    }

    @Test
    void aForeignNameThatPointsHereIsTurnedAwayWhileThereIsNoToken() throws Exception {
        String request = "GET /api/topology HTTP/1.1\r\nHost: evil.example:9090\r\nConnection: close\r\n\r\n";
        assertThat(raw(request)).startsWith("HTTP/1.1 421 ").contains("Host: evil.example:9090");
        assertThat(raw(request.replace("evil.example", "localhost"))).startsWith("HTTP/1.1 200 ");
        assertThat(raw(request.replace("evil.example", "[::1]"))).startsWith("HTTP/1.1 200 ");
        assertThat(raw(request.replace("/api/topology", "/live"))).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void noAnswerInvitesOtherSites() throws Exception {
        HttpResponse<String> response = doors.send(doors.request("/api/backends")
                .header("Origin", "http://x"));
        assertThat(response.headers().map()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void unknownPathsAndMethodsSayWhatThereIs() throws Exception {
        HttpResponse<String> response = doors.send(doors.request("/api/backend"));
        problem(response, 404, "nothing at /api/backend (there are: POST /api/commands, GET /api/backends, ");
        problem(doors.send(doors.request("/api/commands")), 405, "GET /api/commands (expected: POST)");
    }

    @Test
    void whatCanBeReadIsTheCommandsReply() throws Exception {
        String[][] pairs = {{"/api/backends", "backend.list"}, {"/api/services", "service.list"},
            {"/api/routes", "route.list"}, {"/api/topology", "topology.get"}, {"/api/nodes", "node.list"},
            {"/api/history", "history"}};
        for (String[] pair : pairs) {
            HttpResponse<String> response = doors.send(doors.request(pair[0]));
            assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
            assertThat(new JsonObject(response.body())).isEqualTo(doors.http(command(pair[1])).reply());
        }
        problem(doors.send(doors.request("/api/backends?service=wep")), 404,
                "no service \"wep\" (did you mean \"web\"? known: web)");
        problem(doors.send(doors.request("/api/routes?sort=x")), 400, "sort: unknown field");
    }

    @Test
    void backendsShowWhatIsWantedAndWhatIsSeen() throws Exception {
        doors.sees("web", A, 3);
        doors.sees("web", C, 1);
        BackendId b = new BackendId("web", B);
        doors.stats.put(b,
                new BackendStats(b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, Duration.ZERO, Optional.of("all busy"),
                        Optional.empty()));
        doors.http(command("backend.drain", "service", "web", "url", A.toString()));
        JsonArray rows = doors.http(command("backend.list", "service", "web")).reply()
                .getJsonArray("backends");
        assertThat(rows.getJsonObject(0)).isEqualTo(new JsonObject().put("service", "web")
                .put("url", A.toString()).put("weight", 1).put("state", "draining").put("origin", "config")
                .put("inFlight", 3).put("inUse", 3).put("idle", 2).put("queued", 1).put("waitMedianMs", 12.0)
                .put("refused", 4).put("requests", 70).put("failures", 7).put("opened", 9)
                .put("maxConnections", 512).put("fields", new JsonObject()
                        .put("draining", new JsonObject().put("from", "operator").put("value", true))
                        .put("weight", new JsonObject().put("from", "config").put("value", 1))));
        assertThat(rows.getJsonObject(1).getString("state")).isEqualTo("up");
        assertThat(rows.getJsonObject(1).getString("saturation")).isEqualTo("all busy");
        assertThat(rows.getJsonObject(2).getString("state")).isEqualTo("removing");
        assertThat(rows.getJsonObject(2).getString("url")).isEqualTo(C.toString());
    }

    @Test
    void aBackendNoRequestHasComeToShowsNoughts() throws Exception {
        JsonObject row = doors.http(command("backend.list")).reply().getJsonArray("backends")
                .getJsonObject(0);
        assertThat(row.getInteger("inFlight")).isZero();
        assertThat(row.getInteger("requests")).isZero();
    }

    @Test
    void metricsAreInPrometheusTextFormat() throws Exception {
        doors.sees("web", A, 3);
        doors.sees("web", B, 0);
        HttpResponse<String> response = doors.send(doors.request("/metrics"));
        assertThat(response.headers().firstValue("Content-Type"))
                .contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(response.body()).endsWith("\n").contains("""
                # TYPE gyre_backend_requests_total counter
                gyre_backend_requests_total{service="web",backend="http://10.0.0.5:9001"} 70
                gyre_backend_requests_total{service="web",backend="http://10.0.0.6:9001"} 70
                """, """
                # TYPE gyre_backend_in_flight gauge
                gyre_backend_in_flight{service="web",backend="http://10.0.0.5:9001"} 3
                """,
                "gyre_backend_queue_wait_median_seconds{service=\"web\",backend=\"http://10.0.0.5:9001\"} "
                + "0.012\n");
        assertThat(response.body()).contains("gyre_cluster_nodes 1\n", "gyre_cluster_disagreeing_nodes 0\n",
                "gyre_cluster_refused_total{reason=\"unsigned\"} 7\n", "gyre_client_connections 3\n",
                "gyre_client_connections_limit 100\n", "gyre_limit_exceeded_total{limit=\"head\"} 7\n",
                "gyre_requests_refused_total{rule=\"control\"} 5\n",
                "gyre_request_fields_dropped_total{reason=\"proxy\"} 7\n",
                "gyre_backend_answers_refused_total{rule=\"status-line\"} 6\n");
        String sample = "gyre_[a-z_]+(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*})? [0-9.E+-]+";
        assertThat(response.body().lines())
                .allMatch(line -> line.matches(sample + "|# (HELP|TYPE) gyre_\\S+ .+"));
        assertThat(response.body().lines()
                .filter(line -> line.startsWith("# TYPE") && line.endsWith("counter")))
                .isNotEmpty().allMatch(line -> line.contains("_total "));
    }

    @Test
    void aKeyOrParameterGivenTwiceIs400() throws Exception {
        problem(doors.send(post(doors.request("/api/commands"),
                "{\"command\":\"backend.list\",\"command\":\"backend.remove\"}")), 400,
                "the body is no JSON object, line 1, column 36: duplicate field 'command'");
        problem(doors.send(post(doors.request("/api/commands"),
                "{\"command\":\"service.put\",\"service\":\"a\",\"pool\":{\"maxQueue\":1,\"maxQueue\":2}}")),
                400, "the body is no JSON object, line 1, column 71: duplicate field 'maxQueue'");
        problem(doors.send(doors.request("/api/history?limit=1&limit=2")), 400, "a parameter is given twice");
        problem(doors.send(doors.request("/api/backends?command=x")), 400, "a parameter is given twice");
    }

    @Test
    void aRequestHasOneHost() throws Exception {
        for (String hosts : List.of("", "Host: localhost\r\nHost: localhost\r\n",
                "Host: localhost\r\nHost: evil.example\r\n")) {
            for (String target : List.of("/live", "/ready", "/metrics", "/api/backends")) {
                try (Wire wire = Wire.to(doors.server.port())) {
                    wire.write("GET " + target + " HTTP/1.1\r\n" + hosts + "\r\n");
                    assertThat(wire.readAnswer().status()).as(target + " " + hosts).isEqualTo(400);
                    assertThat(hosts.isEmpty() || wire.ends()).isTrue();
                }
            }
        }
        try (Wire wire = Wire.to(doors.server.port())) {
            assertThat(wire.write("GET /live HTTP/1.0\r\n\r\n").readAnswer().status()).isEqualTo(200);
        }
    }

    @Test
    void aFieldThatDecidesStandsThereOnce() throws Exception {
        for (String twice : List.of("Authorization: Bearer a\r\nAuthorization: Bearer b\r\n",
                "Content-Type: application/json\r\ncontent-type: text/plain\r\n",
                "Origin: http://localhost\r\nOrigin: http://localhost\r\n",
                "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: none\r\n")) {
            try (Wire wire = Wire.to(doors.server.port())) {
                wire.write("GET /api/backends HTTP/1.1\r\nHost: localhost\r\n" + twice + "\r\n");
                assertThat(wire.readAnswer().status()).as(twice).isEqualTo(400);
                assertThat(wire.ends()).isTrue();
            }
        }
    }

    @Test
    void largeCommandsUnderWayAreBoundedAndSmallOnesPass() throws Exception {
        String large = "POST /api/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + AdminServer.MAX_BODY + "\r\n\r\n{";
        List<Wire> uploads = new ArrayList<>();
        try {
            for (long held = 0; held < AdminServer.MAX_BODIES; held += AdminServer.MAX_BODY) {
                uploads.add(Wire.to(doors.server.port()).write(large));
            }
            Await.until("no room for another", () -> {
                try (Wire wire = Wire.to(doors.server.port()).write(large)) {
                    wire.socket().setSoTimeout(200);
                    return wire.readAnswer().status() == 503;
                } catch (SocketTimeoutException e) {
                    return false;
                }
            });
            assertThat(doors.send(post(doors.request("/api/commands"), LIST)).statusCode()).isEqualTo(200);
            uploads.remove(0).close();
            Await.until("room for one", () -> {
                try (Wire wire = Wire.to(doors.server.port()).write(large.replace("\r\n\r\n{", "\r\n\r\n")
                        + "x".repeat((int) AdminServer.MAX_BODY))) {
                    return wire.readAnswer().status() == 400;
                }
            });
        } finally {
            for (Wire wire : uploads) {
                wire.close();
            }
        }
    }

    @Test
    void headIsAnsweredWhereverGetIs() throws Exception {
        for (String path : List.of("/live", "/ready", "/metrics", "/api/backends", "/api/services",
                "/api/routes", "/api/topology", "/api/nodes", "/api/cluster", "/api/history",
                "/api/diff?from=" + doors.node.registry.topology().version())) {
            try (Wire wire = Wire.to(doors.server.port())) {
                wire.write("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                HttpMessage got = wire.readAnswer().head();
                wire.write("HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                HttpMessage head = wire.readHead();
                assertThat(head.status()).as(path).isEqualTo(200);
                assertThat(head.first("Content-Type")).isEqualTo(got.first("Content-Type"));
                assertThat(head.first("Content-Length")).as(path).isPresent();
                wire.write("HEAD " + path + "/x HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(wire.readHead().status()).isIn(400, 404);
                wire.write("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(wire.readAnswer().body()).as("nothing came between").isEqualTo("live\n");
            }
        }
    }

    @Test
    void anotherMethodIsToldWhatIsAllowed() throws Exception {
        for (String path : List.of("/live", "/ready", "/metrics", "/api/backends", "/api/history")) {
            for (String method : List.of("DELETE", "PUT", "OPTIONS", "PATCH", "BREW")) {
                HttpResponse<String> response = doors.send(doors.request(path)
                        .method(method, BodyPublishers.noBody()));
                problem(response, 405, method + " " + path);
                assertThat(response.headers().firstValue("Allow")).contains("GET, HEAD");
            }
        }
        for (String method : List.of("GET", "HEAD", "DELETE", "PUT")) {
            HttpResponse<String> response = doors.send(doors.request("/api/commands")
                    .method(method, BodyPublishers.noBody()));
            assertThat(response.statusCode()).isEqualTo(405);
            assertThat(response.headers().firstValue("Allow")).contains("POST");
        }
    }

    @Test
    void aPortInUseIsOneClearLine() {
        AdminSettings taken = new AdminSettings("127.0.0.1", doors.server.port(), List.of());
        AdminUnavailable failure = catchThrowableOfType(AdminUnavailable.class, () -> get(AdminServer.start(
                io.vertx.core.Vertx.vertx(), taken, null, null, null,
                () -> new Readiness(true, Readiness.FULL, List.of()),
                new AdminClocks(InstantSource.system(), () -> 0))));
        assertThat(failure).hasMessage("admin 127.0.0.1:" + doors.server.port() + ": address already in use");
        assertThat(failure.getStackTrace()).isEmpty();
    }
}
