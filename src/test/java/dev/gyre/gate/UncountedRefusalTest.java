package dev.gyre.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever sends what is refused shows on the metrics, wherever in the message it was found. */
class UncountedRefusalTest {

    private static final String CHUNKED = "Transfer-Encoding: chunked~~";

    private static volatile String raw;
    private static Origin origin;
    private static GyreNode node;

    @BeforeAll
    static void start() {
        origin = Origin.of(exchange -> {
            exchange.write(raw);
            exchange.close();
        });
        node = GyreNode.before(GyreNode.oneTry(), origin);
    }

    @AfterAll
    static void stop() {
        node.close();
        origin.close();
    }

    @ParameterizedTest
    @CsvSource({
        "control,        GET / HTTP/1.1~Host: a~X-A: b\u0001~~",
        "request-line,   GET  / HTTP/1.1~Host: a~~",
        "version,        GET / HTTP/1.2~Host: a~~",
        "host-missing,   GET / HTTP/1.1~~",
        "path-ambiguous, GET /a/../b HTTP/1.1~Host: a~~",
        "trace,          TRACE / HTTP/1.1~Host: a~~",
        "coding-unknown, POST / HTTP/1.1~Host: a~Transfer-Encoding: gzip~~",
        "undecodable,    GET / HTTP/1.1~Host: a~X-A~~",
        "undecodable,    POST / HTTP/1.1~Host: a~" + CHUNKED + "zz~",
        "field-name,     POST / HTTP/1.1~Host: a~" + CHUNKED + "2~ok~0~X A: b~~"})
    void ofClients(String rule, String request) throws Exception {
        raw = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        counts("gyre_requests_refused_total", rule, request);
    }

    @ParameterizedTest
    @CsvSource({
        "status-line,       HTTP/1.1 2000 OK~~",
        "switched,          HTTP/1.1 101 Switching Protocols~~",
        "length-twice,      HTTP/1.1 200 OK~Content-Length: 2~Content-Length: 2~~ok",
        "undecodable,       HTTP/1.0 200 OK~Content-Length: +2~~ok",
        "coding-unknown,    'HTTP/1.1 200 OK~Transfer-Encoding: gzip, chunked~~0~~'",
        "undecodable,       HTTP/1.1 200 OK~X-A~~",
        "field-name,        HTTP/1.1 200 OK~" + CHUNKED + "2~ok~0~X A: b~~"})
    void ofBackends(String rule, String answer) throws Exception {
        raw = answer.replace("~", "\r\n");
        counts("gyre_backend_answers_refused_total", rule, "GET / HTTP/1.1~Host: a~~");
    }

    private static void counts(String family, String rule, String request) throws Exception {
        Admin admin = new Admin(node.adminPort());
        String sample = family + "{rule=\"" + rule + "\"}";
        long before = admin.metric(sample);
        try (Wire client = Wire.to(node.port())) {
            client.write(request.replace("~", "\r\n"));
            Await.until(rule + " is counted", () -> admin.metric(sample) == before + 1);
        }
    }
}
