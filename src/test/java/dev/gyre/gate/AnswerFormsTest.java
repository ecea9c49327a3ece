package dev.gyre.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.GyreNode;
import dev.gyre.kit.Origin;
import dev.gyre.kit.ProblemAnswer;
import dev.gyre.kit.Wire;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An answer that can be read in two ways is none, and its connection carries no other. */
class AnswerFormsTest {

    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKS = "2\r\nok\r\n0\r\n\r\n";

    private static volatile String raw;
    private static Origin origin;
    private static GyreNode node;

    @BeforeAll
    static void start() {
        origin = Origin.of(exchange -> {
            if (exchange.request().target().equals("/odd")) {
                exchange.write(raw);
            } else {
                exchange.answer(200, "ok");
            }
        });
        node = GyreNode.before(new JsonObject().put("instances", 1), new JsonObject(), origin.url());
    }

    @AfterAll
    static void stop() {
        node.close();
        origin.close();
    }

    static Stream<Arguments> refused() {
        List<String> forms = new ArrayList<>();
        for (String line : new String[] {"HTTP/1.1 2000 OK", "HTTP/1.1 20 OK", "HTTP/1.1 +200 OK",
            "HTTP/1.1 -200 OK", "HTTP/1.1 0200 OK", "HTTP/1.1 099 Low", "HTTP/1.1 2x0 OK",
            "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", " HTTP/1.1 200 OK", "HTTP/1.2 200 OK",
            "HTTP/2.0 200 OK", "http/1.1 200 OK", "HTTP/1.10 200 OK", "ICY 200 OK", "200 OK", "HTTP/1.1",
            "HTTP/1.1 200 O\u0001K", "HTTP/1.1 200 O\u0000K", "HTTP/1.1 200 O\rK",
            "HTTP/1.1 101 Switching Protocols"}) {
            forms.add(line + "\r\nContent-Length: 2\r\n\r\nok");
        }
        for (String fields : new String[] {"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "Transfer-Encoding: gzip\r\n",
            "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: chunked, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: \r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n",
            "Transfer-Encoding: chunked\r\nX-A: b\r\ntransfer-encoding: identity\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: \r\n", "Transfer-Encoding: chunked,\r\n",
            "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: chunked, identity\r\n"}) {
            forms.add(OK + fields + "\r\n" + CHUNKS);
        }
        for (String fields : new String[] {"Content-Length: 2\r\nContent-Length: 2\r\n",
            "Content-Length: +2\r\n", "Content-Length: 2\r\nContent-Length: 3\r\n",
            "Content-Length: 2, 2\r\n", "Content-Length: 0x2\r\n", "Content-Length: 2 2\r\n",
            "Content-Length: \r\n", "Content-Length: -2\r\n"}) {
            forms.add(OK + fields + "\r\nok");
            forms.add("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + fields + "\r\nok");
        }
        forms.add("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + CHUNKS);
        for (String field : new String[] {"X-A: b\u0001c\r\n", "X-A: b\u0000\r\n", "X-A: b\u007f\r\n",
            "X-A: b\rc\r\n", "X-A: b\u000bc\r\n", "X\u0001A: b\r\n", "X A: b\r\n", "X-A \r\n", "X-A b\r\n",
            "X-A b: c\r\n", ": b\r\n", "X-A\r\n", "X-A: b\n", "X(A): b\r\n", "X-A: b\r\r\n"}) {
            forms.add(OK + field + "Content-Length: 2\r\n\r\nok");
        }
        forms.add(OK + "X-A: " + "b".repeat(70_000) + "\r\nContent-Length: 2\r\n\r\nok");
        forms.add(OK + "X-A: b\r\n".repeat(12_000) + "Content-Length: 2\r\n\r\nok");
        forms.add("HTTP/1.1 200 " + "K".repeat(9_000) + "\r\nContent-Length: 2\r\n\r\nok");
        forms.add("HTTP/1.1 102 Processing\r\n\r\n".repeat(1_001) + OK + "Content-Length: 2\r\n\r\nok");
        return forms.stream().map(form -> Arguments.of(
                RequestForm.shown(form.length() > 150 ? form.substring(0, 150) : form), form));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void anAmbiguousAnswerIsNone(String name, String form) throws Exception {
        raw = form;
        try (Wire client = Wire.to(node.port())) {
            assertThat(client.get("/before").readAnswer().body()).isEqualTo("ok");
            int before = origin.accepted();
            ProblemAnswer.check(client.get("/odd").readAnswer(), 502, "http_protocol_error",
                "response-invalid");
            assertThat(client.get("/after").readAnswer().body()).isEqualTo("ok");
            assertThat(origin.accepted()).as("connections").isEqualTo(before + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2 \r\nok\r\n0\r\n\r\n", "+2\r\nok\r\n0\r\n\r\n", "0x2\r\nok\r\n0\r\n\r\n",
        "2\nok\r\n0\r\n\r\n", "2\r\nokX\r\n0\r\n\r\n", "2\r\nok\n0\r\n\r\n", "\r\nok\r\n0\r\n\r\n",
        "2;\r\nok\r\n0\r\n\r\n", "2;a=\r\nok\r\n0\r\n\r\n", "2;a;\r\nok\r\n0\r\n\r\n",
        "2;a\u0001\r\nok\r\n0\r\n\r\n", "2\r\nok\r\n0\r\nX-A: b\u0001\r\n\r\n",
        "2\r\nok\r\n0\r\nX A: b\r\n\r\n", "fffffffff\r\nok\r\n0\r\n\r\n", "2\r\nok\r\nz\r\n\r\n"})
    void badChunksNeverLookLikeAWholeAnswer(String chunks) throws Exception {
        raw = OK + "Transfer-Encoding: chunked\r\n\r\n" + chunks;
        try (Wire client = Wire.to(node.port()); Wire next = Wire.to(node.port())) {
            assertThat(next.get("/before").readAnswer().body()).isEqualTo("ok");
            int before = origin.accepted();
            client.get("/odd");
            int status;
            try {
                status = client.readAnswer().status();
            } catch (IOException brokenOff) {
                status = 502;
            }
            assertThat(status).isEqualTo(502);
            assertThat(next.get("/after").readAnswer().body()).isEqualTo("ok");
            assertThat(origin.accepted()).as("connections").isEqualTo(before + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"2 ;a", "2\t;a=b", "2 ; a = \"b;c\"", "2;a=\"b\" ;c"})
    void whiteSpaceMayStandAroundTheExtensionsOfAChunk(String size) throws Exception {
        raw = OK + "Transfer-Encoding: chunked\r\n\r\n" + size + "\r\nok\r\n0 ;a\r\n\r\n";
        try (Wire client = Wire.to(node.port())) {
            int before = origin.accepted();
            assertThat(client.get("/odd").readAnswer().body()).isEqualTo("ok");
            assertThat(client.get("/after").readAnswer().body()).isEqualTo("ok");
            assertThat(origin.accepted()).as("connections").isLessThanOrEqualTo(before + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {OK + "Content-Length: 2\r\n\r\nok" + "X", OK + "Content-Length: 2\r\n\r\nok\r\n",
        OK + "Content-Length: 2\r\n\r\nok" + OK + "Content-Length: 4\r\n\r\nevil",
        OK + "Transfer-Encoding: chunked\r\n\r\n" + CHUNKS + "0\r\n\r\n",
        OK + "Content-Length: 2\r\n\r\nok" + "HTTP/1.1 100 Continue\r\n\r\n"})
    void whatFollowsAnAnswerEndsTheConnection(String form) throws Exception {
        raw = form;
        try (Wire client = Wire.to(node.port())) {
            assertThat(client.get("/before").readAnswer().body()).isEqualTo("ok");
            int before = origin.accepted();
            assertThat(client.get("/odd").readAnswer().body()).isEqualTo("ok");
            assertThat(client.get("/after").readAnswer().body()).isEqualTo("ok");
            assertThat(origin.accepted()).as("connections").isEqualTo(before + 1);
        }
    }

    /** The decoder then takes all there is into its own buffer, where nobody else sees the rest of it. */
    @Test
    void whatFollowsAnAnswerThatCameInPiecesIsSeenToo() {
        String form = OK + "Content-Length: 2\r\n\r\nok";
        for (int cut = 1; cut < form.length(); cut++) {
            ResponseDecoder decoder = new ResponseDecoder(new KnownNames(), 4096, 8192, 8192);
            EmbeddedChannel channel = new EmbeddedChannel(decoder);
            decoder.asked(false, false);
            receive(channel, form.substring(0, cut));
            assertThat(decoder.awaiting()).isTrue();
            receive(channel, form.substring(cut) + "X");
            assertThat(decoder.awaiting()).isFalse();
            assertThat(decoder.unasked()).as("cut at %d", cut).isTrue();
            channel.finishAndReleaseAll();
        }
    }

    private static void receive(EmbeddedChannel channel, String bytes) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
    }
}
