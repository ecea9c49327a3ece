package dev.gyre.gate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Fuzzed;
import dev.gyre.kit.Pieces;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** An answer is the same in whatever pieces it comes, and is passed on as one that says the same. */
public class FuzzedAnswersTest {

    /** What came out of a backend's bytes until its end, its refusal or the end of the connection. */
    private record Read(String text, HttpResponse head, String body, boolean complete, boolean unasked) {

        @Override
        public boolean equals(Object other) {
            return other instanceof Read read && text.equals(read.text) && unasked == read.unasked;
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }
    }

    static Stream<byte[]> seeds() {
        return Stream.concat(
                AnswerFormsTest.refused().map(form -> (String) form.get()[1])
                        .filter(form -> form.length() < 2000),
                Stream.of("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
                        "HTTP/1.0 200 OK\r\n\r\nto the end",
                        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                                + "HTTP/1.1 204 No Content\r\n\r\n",
                        "HTTP/1.1 204  OK\r\nTransfer-Encoding: gzip\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                        "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nX-A:\r\n b\r\nX-C: d\r\n \r\nContent-Length: 2\r\n\r\nok",
                        "HTTP/1.1 200 OK\r\nX-A : b\r\n c\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "5;a=b\r\nhello\r\n0\r\nX-T: u\r\n\r\n"))
                .map(form -> ("\u0000\u0007" + form).getBytes(StandardCharsets.ISO_8859_1));
    }

    @Fuzzed
    void holdFor(byte[] input) {
        fuzzerTestOneInput(input);
    }

    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length < 2) {
            return;
        }
        HttpMethod method = input[0] % 2 == 0 ? HttpMethod.GET : HttpMethod.HEAD;
        Pieces bytes = Pieces.after(2, input);
        Read read = read(method, bytes::whole);
        assertThat(read(method, channel -> bytes.cut(channel, input[1]))).as("in pieces").isEqualTo(read);
        // What a 205 brings against RFC 9110, section 15.3.6, Netty leaves out when it writes.
        if (read.complete() && method.equals(HttpMethod.GET) && read.head().status().code() != 205
                && isPassedOn(read.head())) {
            Pieces again = new Pieces(encoded(read));
            Read passedOn = read(method, again::whole);
            assertThat(passedOn.complete()).as(read.text()).isTrue();
            assertThat(passedOn.unasked()).as(read.text()).isFalse();
            assertThat(passedOn.body()).isEqualTo(read.body());
            assertThat(passedOn.head().status()).isEqualTo(read.head().status());
            if (read.head().status().code() == 204) {
                // Netty leaves out what RFC 9112, sections 6.1 and 6.2, forbids here.
                read.head().headers().remove("Transfer-Encoding").remove("Content-Length");
            }
            assertThat(fields(passedOn.head())).isEqualTo(fields(read.head()));
        }
    }

    /** What has another coding is refused behind the decoder. */
    private static boolean isPassedOn(HttpResponse head) {
        return head.headers().getAll("Transfer-Encoding").stream().allMatch("chunked"::equalsIgnoreCase);
    }

    /** White space at an end, which a folded line may leave there, is no part of a value (RFC 9110, 5.5). */
    private static List<String> fields(HttpResponse head) {
        return head.headers().entries().stream()
                .map(field -> field.getKey() + ": " + field.getValue().strip()).toList();
    }

    private static Read read(HttpMethod method, Consumer<EmbeddedChannel> writer) {
        ResponseDecoder decoder = new ResponseDecoder(new KnownNames(), 4096, 8192, 65_536);
        EmbeddedChannel channel = new EmbeddedChannel(decoder);
        decoder.asked(method.equals(HttpMethod.HEAD), false);
        writer.accept(channel);
        boolean unasked = decoder.unasked();
        channel.finish();
        StringBuilder text = new StringBuilder();
        StringBuilder body = new StringBuilder();
        HttpResponse head = null;
        boolean complete = false;
        boolean refused = false;
        for (HttpObject next = channel.readInbound(); next != null; next = channel.readInbound()) {
            if (refused) {
                break;
            }
            refused = next.decoderResult().isFailure();
            if (next instanceof HttpResponse response && !refused) {
                head = response;
                text.append(response.status()).append(response.headers().entries());
            }
            if (next instanceof HttpContent content && !refused) {
                body.append(content.content().toString(StandardCharsets.ISO_8859_1));
            }
            if (next instanceof LastHttpContent last && !refused && head.status().code() >= 200) {
                complete = true;
                text.append("|end").append(last.trailingHeaders().entries());
            }
        }
        channel.finishAndReleaseAll();
        text.append(refused ? "|refused" : "|" + body);
        // After a refusal the connection ends anyway.
        return new Read(text.toString(), head, body.toString(), complete, complete && unasked);
    }

    private static byte[] encoded(Read read) {
        EmbeddedChannel channel = new EmbeddedChannel(new HttpResponseEncoder());
        // What has been read is passed on as it is.
        HttpResponse head = new DefaultHttpResponse(HttpVersion.HTTP_1_1, read.head().status(),
                DefaultHttpHeadersFactory.headersFactory().withValidation(false));
        for (Map.Entry<String, String> field : read.head().headers()) {
            head.headers().add(field.getKey(), field.getValue());
        }
        channel.writeOutbound(head, new DefaultLastHttpContent(
                Unpooled.copiedBuffer(read.body(), StandardCharsets.ISO_8859_1)));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            bytes.writeBytes(ByteBufUtil.getBytes(part));
            part.release();
        }
        channel.finishAndReleaseAll();
        return bytes.toByteArray();
    }
}
