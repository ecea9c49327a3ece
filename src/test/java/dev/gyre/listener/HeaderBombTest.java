package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Admin;
import dev.gyre.kit.HttpMessage;
import dev.gyre.kit.Origin;
import dev.gyre.kit.ProblemAnswer;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests larger than they may be, in every one of their parts. */
class HeaderBombTest {

    private static Origin origin;
    private static GyreNode node;

    @BeforeAll
    static void start() {
        origin = Origin.of(exchange -> exchange.echo());
        node = GyreNode.start(new JsonObject()
                .put("limits", new JsonObject().put("requestLine", "1KB").put("headers", "4KB")
                        .put("headerCount", 20).put("maxBody", "1KB").put("requestsPerConnection", 3))
                .put("services", new JsonObject().put("web",
                        new JsonObject().put("backends", new JsonArray().add(origin.url()))))
                .put("routes", new JsonArray()
                        .add(new JsonObject().put("service", "web"))
                        .add(new JsonObject().put("service", "web").put("path", "/upload/*")
                                .put("maxBody", "2KB"))));
    }

    @AfterAll
    static void stop() {
        node.close();
        origin.close();
    }

    /** But for uploads: one that was refused may have begun to be sent on, and come when it likes. */
    private static long passed() {
        return origin.requests().stream().map(HttpMessage::target)
                .filter(target -> !target.startsWith("/upload/")).count();
    }

    private static void refused(String request, int status, String word, String limit) throws Exception {
        long before = passed();
        try (Wire wire = Wire.to(node.port())) {
            Wire.Answer answer = wire.write(request).readAnswer();
            ProblemAnswer.check(answer, status, "http_request_error", word);
            assertThat(answer.head().all("Connection")).containsExactly("close");
            assertThat(wire.ends()).isTrue();
        }
        assertThat(passed()).isEqualTo(before);
        assertThat(new Admin(node.adminPort()).get("/metrics").body())
                .contains("gyre_limit_exceeded_total{limit=\"" + limit + "\"} 1");
    }

    @Test
    void aLineTooLongIs414() throws Exception {
        refused("GET /" + "a".repeat(1100) + " HTTP/1.1\r\nHost: a\r\n\r\n", 414, "uri-too-long",
                "request-line");
    }

    @Test
    void tooManyBytesOfHeadersAre431() throws Exception {
        refused("GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(5000) + "\r\n\r\n", 431, "headers-too-large",
                "headers");
    }

    @Test
    void tooManyFieldsAre431() throws Exception {
        refused("GET / HTTP/1.1\r\nHost: a\r\n" + "X: a\r\n".repeat(20) + "\r\n", 431, "headers-too-large",
                "header-count");
    }

    @Test
    void asManyFieldsAsMayBePass() throws Exception {
        try (Wire wire = Wire.to(node.port())) {
            assertThat(wire.write("GET / HTTP/1.1\r\nHost: a\r\n" + "X: a\r\n".repeat(19) + "\r\n")
                    .readAnswer().status()).isEqualTo(200);
        }
    }

    @Test
    void aBodySaidToBeTooLargeIs413BeforeItComes() throws Exception {
        long before = passed();
        try (Wire wire = Wire.to(node.port())) {
            Wire.Answer answer = wire.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1025\r\n\r\n")
                    .readAnswer();
            ProblemAnswer.check(answer, 413, "http_request_error", "body-too-large");
            assertThat(answer.head().all("Connection")).containsExactly("close");
        }
        assertThat(passed()).isEqualTo(before);
    }

    @Test
    void aChunkedBodyIs413WhenItGrowsTooLarge() throws Exception {
        try (Wire wire = Wire.to(node.port())) {
            wire.write("POST /upload/a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            wire.write("400\r\n" + "a".repeat(1024) + "\r\n");
            wire.write("401\r\n" + "a".repeat(1025) + "\r\n");
            ProblemAnswer.check(wire.readAnswer(), 413, "http_request_error", "body-too-large");
        }
    }

    @Test
    void aRouteHasALimitOfItsOwn() throws Exception {
        try (Wire wire = Wire.to(node.port())) {
            assertThat(wire.post("/upload/a", "a".repeat(2048)).readAnswer().body()).hasSize(2048);
            assertThat(wire.post("/upload/a", "a".repeat(2049)).readAnswer().status()).isEqualTo(413);
        }
        node.command(new JsonObject().put("command", "route.put").put("path", "/upload/*")
                .put("service", "web").put("maxBody", "3KB"));
        try (Wire wire = Wire.to(node.port())) {
            assertThat(wire.post("/upload/a", "a".repeat(3072)).readAnswer().status()).isEqualTo(200);
        } finally {
            node.command(new JsonObject().put("command", "route.put").put("path", "/upload/*")
                    .put("service", "web").put("maxBody", "2KB"));
        }
    }

    @Test
    void theLastRequestOfAConnectionSaysSo() throws Exception {
        try (Wire wire = Wire.to(node.port())) {
            assertThat(wire.get("/").readAnswer().head().has("Connection")).isFalse();
            assertThat(wire.get("/").readAnswer().head().has("Connection")).isFalse();
            assertThat(wire.get("/").readAnswer().head().all("Connection")).containsExactly("close");
            assertThat(wire.ends()).isTrue();
        }
    }
}
