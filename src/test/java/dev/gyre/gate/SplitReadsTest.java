package dev.gyre.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.vertx.core.http.Http1ServerConfig;
import java.nio.charset.StandardCharsets;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** In what pieces the bytes arrive must not change what is made of them. */
class SplitReadsTest {

    static Stream<RequestForm> forms() {
        return RequestForm.all();
    }

    @ParameterizedTest
    @MethodSource("forms")
    void allPiecesAreReadAsOne(RequestForm form) {
        String raw = form.raw() + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n";
        String whole = decoded(raw, at -> raw.length());
        assertThat(decoded(raw, at -> at + 1)).as("byte by byte").isEqualTo(whole);
        for (int cut = 1 + raw.length() % 5; cut < raw.length(); cut += 5) {
            int at = cut;
            assertThat(decoded(raw, from -> from < at ? at : raw.length())).as("cut at %d",
                cut).isEqualTo(whole);
        }
    }

    /** What comes out of the decoder up to the first that is refused, with the bodies in one piece each. */
    private static String decoded(String raw, IntUnaryOperator end) {
        EmbeddedChannel channel = new EmbeddedChannel(new RequestDecoder(new Http1ServerConfig(), 100,
                new KnownNames(), Claim.Judge.LENIENT, System::nanoTime));
        StringBuilder decoded = new StringBuilder();
        for (int from = 0; from < raw.length(); from = end.applyAsInt(from)) {
            channel.writeInbound(Unpooled.copiedBuffer(raw.substring(from, end.applyAsInt(from)),
                    StandardCharsets.ISO_8859_1));
        }
        for (HttpObject next = channel.readInbound(); next != null; next = channel.readInbound()) {
            if (next.decoderResult().isFailure()) {
                decoded.append("refused");
            } else if (next instanceof HttpRequest request) {
                decoded.append(request.method()).append(' ').append(request.uri())
                        .append(request.headers().entries());
            } else if (next instanceof HttpContent content) {
                decoded.append(content.content().toString(StandardCharsets.ISO_8859_1));
                content.release();
                decoded.append(next instanceof LastHttpContent ? "|" : "");
            }
        }
        channel.finishAndReleaseAll();
        return decoded.toString();
    }
}
