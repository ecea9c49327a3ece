package dev.gyre.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Admin;
import dev.gyre.kit.Await;
import dev.gyre.kit.Origin;
import dev.gyre.kit.Wire;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever sends what is refused shows on the metrics, wherever in the message it was found, under the rule
 * that was broken; each rule has a form here that nothing else refuses.
 */
class UncountedRefusalTest {

    private static final String CHUNKED = "Transfer-Encoding: chunked~~";

    /**
     * @param rule that refuses it, and no other
     * @param raw  with {@code ~} for the end of a line
     */
    private record Form(Rule rule, String raw) {

        String bytes() {
            return raw.replace("~", "\r\n");
        }

        @Override
        public String toString() {
            return rule.word() + " " + RequestForm.shown(raw.length() > 100 ? raw.substring(0, 100) : raw);
        }
    }

    private static Form form(Rule rule, String raw) {
        return new Form(rule, raw);
    }

    private static final List<Form> REQUESTS = List.of(
        form(Rule.CONTROL, "GET / HTTP/1.1~Host: a~X-A: b\u0001~~"),
        form(Rule.FOLD, "GET / HTTP/1.1~Host: a~X-A: b~ c~~"),
        form(Rule.REQUEST_LINE, " GET / HTTP/1.1~Host: a~~"),
        form(Rule.REQUEST_LINE, "GET  / HTTP/1.1~Host: a~~"),
        form(Rule.REQUEST_LINE, "GET /  HTTP/1.1~Host: a~~"),
        form(Rule.REQUEST_LINE, "GET / ICY/1.1~Host: a~~"),
        form(Rule.METHOD, "G(T / HTTP/1.1~Host: a~~"),
        form(Rule.VERSION, "GET / HTTP/1.2~Host: a~~"),
        form(Rule.FIELD_NAME, "GET / HTTP/1.1~Host: a~X(A: b~~"),
        form(Rule.FIELD_NAME, "POST / HTTP/1.1~Host: a~" + CHUNKED + "2~ok~0~X A: b~~"),
        form(Rule.LOOK_ALIKE, "GET / HTTP/1.1~Host: a~X_Forwarded_For: b~~"),
        form(Rule.LENGTH_FORM, "GET / HTTP/1.1~Host: a~Content-Length: 00000000000000000000~~"),
        form(Rule.LENGTH_TWICE, "GET / HTTP/1.1~Host: a~Content-Length: 0~Content-Length: 0~~"),
        form(Rule.CODING_AND_LENGTH, "GET / HTTP/1.1~Host: a~Content-Length: 0~" + CHUNKED),
        form(Rule.CODING_UNKNOWN, "POST / HTTP/1.1~Host: a~Transfer-Encoding: gzip~~"),
        form(Rule.CODING_FORM, "POST / HTTP/1.1~Host: a~Transfer-Encoding: , chunked~~"),
        form(Rule.CHUNK_SIZE, "POST / HTTP/1.1~Host: a~" + CHUNKED + "2;~ok~0~~"),
        form(Rule.HIDDEN_BODY, "GET / HTTP/1.1~Host: a~Sec-WebSocket-Key1: 1~~"),
        form(Rule.SENT_AHEAD,
                "GET / HTTP/1.1~Host: a~Connection: Upgrade~Upgrade: websocket~~ahead of its answer"),
        form(Rule.HOST_MISSING, "GET / HTTP/1.1~~"),
        form(Rule.HOST_TWICE, "GET / HTTP/1.1~Host: a~Host: a~~"),
        form(Rule.HOST_FORM, "GET / HTTP/1.1~Host: a b~~"),
        form(Rule.TARGET_FORM, "GET a HTTP/1.1~Host: a~~"),
        form(Rule.TARGET_FORM, "GET http:///a HTTP/1.1~Host: a~~"),
        form(Rule.TARGET_CHARACTER, "GET /# HTTP/1.1~Host: a~~"),
        form(Rule.ASTERISK, "GET * HTTP/1.1~Host: a~~"),
        form(Rule.PATH_ENCODING, "GET /%zz HTTP/1.1~Host: a~~"),
        form(Rule.PATH_AMBIGUOUS, "GET /a/../b HTTP/1.1~Host: a~~"),
        form(Rule.TUNNEL, "CONNECT a:443 HTTP/1.1~Host: a~~"),
        form(Rule.TRACE, "TRACE / HTTP/1.1~Host: a~~"),
        form(Rule.MAX_FORWARDS, "OPTIONS / HTTP/1.1~Host: a~Max-Forwards: 1, 1~~"),
        form(Rule.LOOP, "GET / HTTP/1.1~Host: a~Via: 1.1 gyre-NODE~~"),
        form(Rule.EXPECTATION, "GET / HTTP/1.1~Host: a~Expect: tea~~"),
        form(Rule.UNDECODABLE, "GET / HTTP/1.1~Host: a~X-A~~"),
        form(Rule.UNDECODABLE, "POST / HTTP/1.1~Host: a~" + CHUNKED + "zz~"));

    private static final List<Form> ANSWERS = List.of(
        form(Rule.CONTROL, "HTTP/1.1 200 OK~X-A: b\u0001~~"),
        form(Rule.STATUS_LINE, "HTTP/1.1 2000 OK~~"),
        form(Rule.STATUS_LINE, "HTTP/1.2 200 OK~~"),
        form(Rule.STATUS_LINE, "HTTP/1.1 099 OK~~"),
        form(Rule.TOO_LONG, "HTTP/1.1 200 " + "K".repeat(9_000) + "~~"),
        form(Rule.INTERIM_FLOOD, "HTTP/1.1 102 Processing~~".repeat(1_001) + "HTTP/1.1 200 OK~~"),
        form(Rule.SWITCHED, "HTTP/1.1 101 Switching Protocols~~"),
        form(Rule.LENGTH_FORM, "HTTP/1.1 200 OK~Content-Length: 00000000000000000002~~ok"),
        form(Rule.LENGTH_TWICE, "HTTP/1.1 200 OK~Content-Length: 2~Content-Length: 2~~ok"),
        form(Rule.UNDECODABLE, "HTTP/1.0 200 OK~Content-Length: +2~~ok"),
        form(Rule.CODING_UNKNOWN, "HTTP/1.1 200 OK~Transfer-Encoding: gzip, chunked~~0~~"),
        form(Rule.CODING_FORM, "HTTP/1.1 200 OK~Transfer-Encoding: , chunked~~0~~"),
        form(Rule.CODING_AND_LENGTH, "HTTP/1.1 200 OK~Content-Length: 2~" + CHUNKED + "2~ok~0~~"),
        form(Rule.CHUNK_SIZE, "HTTP/1.1 200 OK~" + CHUNKED + "2;~ok~0~~"),
        form(Rule.HIDDEN_BODY, "HTTP/1.1 200 OK~Sec-WebSocket-Key1: 1~Content-Length: 2~~ok"),
        form(Rule.FIELD_NAME, "HTTP/1.1 200 OK~X(A: b~Content-Length: 2~~ok"),
        form(Rule.UNDECODABLE, "HTTP/1.1 200 OK~X-A~~"),
        form(Rule.FIELD_NAME, "HTTP/1.1 200 OK~" + CHUNKED + "2~ok~0~X A: b~~"));

    private static volatile String raw;
    private static Origin origin;
    private static GyreNode node;

    @BeforeAll
    static void start() {
        origin = Origin.of(exchange -> {
            exchange.write(raw);
            exchange.close();
        });
        node = GyreNode.before(
                new JsonObject().put("forwarding", new JsonObject().put("lookAlikes", "reject")),
                GyreNode.oneTry(), origin.url());
    }

    @AfterAll
    static void stop() {
        node.close();
        origin.close();
    }

    static Stream<Form> requests() {
        return REQUESTS.stream();
    }

    static Stream<Form> answers() {
        return ANSWERS.stream();
    }

    @Test
    void noRuleIsWithoutItsForm() {
        assertThat(Stream.concat(requests(), answers()).map(Form::rule))
                // This one counts as a limit that was exceeded.
                .containsAll(EnumSet.complementOf(EnumSet.of(Rule.FIELD_COUNT)));
    }

    @ParameterizedTest
    @MethodSource("requests")
    void ofClients(Form request) throws Exception {
        raw = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        counts("gyre_requests_refused_total", request.rule(), request.bytes());
    }

    @ParameterizedTest
    @MethodSource("answers")
    void ofBackends(Form answer) throws Exception {
        raw = answer.bytes();
        counts("gyre_backend_answers_refused_total", answer.rule(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    }

    private static void counts(String family, Rule rule, String request) throws Exception {
        Map<String, Long> before = totals(family);
        try (Wire client = Wire.to(node.port())) {
            client.write(request.replace("NODE", node.id()));
            Await.until("it is counted", () -> !totals(family).equals(before));
        }
        Map<String, Long> expected = new TreeMap<>(before);
        expected.merge(rule.word(), 1L, Long::sum);
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
