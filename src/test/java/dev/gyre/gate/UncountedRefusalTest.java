package dev.gyre.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
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
        "control,           GET / HTTP/1.1~Host: a~X-A: b\u0001~~",
        "fold,              GET / HTTP/1.1~Host: a~X-A: b~ c~~",
        "request-line,      ' GET / HTTP/1.1~Host: a~~'",
        "request-line,      GET  / HTTP/1.1~Host: a~~",
        "request-line,      GET /  HTTP/1.1~Host: a~~",
        "request-line,      GET / ICY/1.1~Host: a~~",
        "method,            G(T / HTTP/1.1~Host: a~~",
        "version,           GET / HTTP/1.2~Host: a~~",
        "field-name,        GET / HTTP/1.1~Host: a~X(A: b~~",
        "field-name,        POST / HTTP/1.1~Host: a~" + CHUNKED + "2~ok~0~X A: b~~",
        "length-form,       GET / HTTP/1.1~Host: a~Content-Length: 00000000000000000000~~",
        "length-twice,      GET / HTTP/1.1~Host: a~Content-Length: 0~Content-Length: 0~~",
        "coding-and-length, GET / HTTP/1.1~Host: a~Content-Length: 0~" + CHUNKED,
        "coding-unknown,    POST / HTTP/1.1~Host: a~Transfer-Encoding: gzip~~",
        "coding-form,       'POST / HTTP/1.1~Host: a~Transfer-Encoding: , chunked~~'",
        "chunk-size,        POST / HTTP/1.1~Host: a~" + CHUNKED + "2 ;a~ok~0~~",
        "hidden-body,       GET / HTTP/1.1~Host: a~Sec-WebSocket-Key1: 1~~",
        "host-missing,      GET / HTTP/1.1~~",
        "host-twice,        GET / HTTP/1.1~Host: a~Host: a~~",
        "host-form,         GET / HTTP/1.1~Host: a b~~",
        "host-differs,      GET http://b/ HTTP/1.1~Host: a~~",
        "target-form,       GET a HTTP/1.1~Host: a~~",
        "target-form,       GET http:///a HTTP/1.1~Host: a~~",
        "target-character,  GET /# HTTP/1.1~Host: a~~",
        "asterisk,          GET * HTTP/1.1~Host: a~~",
        "path-encoding,     GET /%zz HTTP/1.1~Host: a~~",
        "path-ambiguous,    GET /a/../b HTTP/1.1~Host: a~~",
        "tunnel,            CONNECT a:443 HTTP/1.1~Host: a~~",
        "trace,             TRACE / HTTP/1.1~Host: a~~",
        "expectation,       GET / HTTP/1.1~Host: a~Expect: tea~~",
        "undecodable,       GET / HTTP/1.1~Host: a~X-A~~",
        "undecodable,       POST / HTTP/1.1~Host: a~" + CHUNKED + "zz~"})
    void ofClients(String rule, String request) throws Exception {
        raw = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        counts("gyre_requests_refused_total", rule, request);
    }

    @ParameterizedTest
    @CsvSource({
        "control,           HTTP/1.1 200 OK~X-A: b\u0001~~",
        "status-line,       HTTP/1.1 2000 OK~~",
        "status-line,       HTTP/1.2 200 OK~~",
        "status-line,       HTTP/1.1 099 OK~~",
        "switched,          HTTP/1.1 101 Switching Protocols~~",
        "length-form,       HTTP/1.1 200 OK~Content-Length: 00000000000000000002~~ok",
        "length-twice,      HTTP/1.1 200 OK~Content-Length: 2~Content-Length: 2~~ok",
        "undecodable,       HTTP/1.0 200 OK~Content-Length: +2~~ok",
        "coding-unknown,    'HTTP/1.1 200 OK~Transfer-Encoding: gzip, chunked~~0~~'",
        "coding-form,       'HTTP/1.1 200 OK~Transfer-Encoding: , chunked~~0~~'",
        "coding-and-length, HTTP/1.1 200 OK~Content-Length: 2~" + CHUNKED + "2~ok~0~~",
        "chunk-size,        HTTP/1.1 200 OK~" + CHUNKED + "2 ;a~ok~0~~",
        "hidden-body,       HTTP/1.1 200 OK~Sec-WebSocket-Key1: 1~Content-Length: 2~~ok",
        "field-name,        HTTP/1.1 200 OK~X(A: b~Content-Length: 2~~ok",
        "undecodable,       HTTP/1.1 200 OK~X-A~~",
        "field-name,        HTTP/1.1 200 OK~" + CHUNKED + "2~ok~0~X A: b~~"})
    void ofBackends(String rule, String answer) throws Exception {
        raw = answer.replace("~", "\r\n");
        counts("gyre_backend_answers_refused_total", rule, "GET / HTTP/1.1~Host: a~~");
    }

    private static void counts(String family, String rule, String request) throws Exception {
        Map<String, Long> before = totals(family);
        try (Wire client = Wire.to(node.port())) {
            client.write(request.replace("~", "\r\n"));
            Await.until("it is counted", () -> !totals(family).equals(before));
        }
        Map<String, Long> expected = new TreeMap<>(before);
        expected.merge(rule, 1L, Long::sum);
        assertThat(totals(family)).isEqualTo(expected);
    }

    /** How many were refused, by rule. */
    private static Map<String, Long> totals(String family) throws IOException {
        Pattern sample = Pattern.compile(family + "\\{rule=\"(.*)\"} (\\d+)");
        return new Admin(node.adminPort()).get("/metrics").body().lines().map(sample::matcher)
                .filter(Matcher::matches)
                .collect(Collectors.toMap(found -> found.group(1), found -> Long.valueOf(found.group(2))));
    }
}
