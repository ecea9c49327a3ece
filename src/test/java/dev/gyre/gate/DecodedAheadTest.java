package dev.gyre.gate;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.http.Http1ServerConfig;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One read can hold thousands of requests: as objects they would take a hundred times its bytes. */
class DecodedAheadTest {

    private static final String GET = "GET /%d HTTP/1.1\r\nHost: a\r\n\r\n";

    private final RequestDecoder decoder = new RequestDecoder(new Http1ServerConfig(), 100, new KnownNames(),
            Claim.Judge.LENIENT, System::nanoTime);
    private final List<Object> events = new ArrayList<>();
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter(), decoder,
            new ChannelInboundHandlerAdapter() {
                @Override
                public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                    events.add(event);
                }
            });

    @AfterEach
    void end() {
        channel.finishAndReleaseAll();
    }

    private static ByteBuf bytes(String text) {
        return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    }

    private List<String> decoded() {
        List<String> targets = new ArrayList<>();
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            if (message instanceof HttpRequest request) {
                targets.add(request.uri());
            }
            ReferenceCountUtil.release(message);
        }
        return targets;
    }

    private List<String> goOn() {
        decoder.answered();
        decoder.goOn(channel.pipeline().firstContext());
        return decoded();
    }

    private static String many(int count) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < count; i++) {
            all.append(GET.formatted(i));
        }
        return all.toString();
    }

    @Test
    void oneIsServedAndTwoWaitWhateverOneReadHolds() {
        channel.writeInbound(bytes(many(2_000)));
        assertThat(decoded()).containsExactly("/0", "/1", "/2");
        assertThat(decoder.waiting()).isTrue();
        for (int i = 3; i < 2_000; i++) {
            assertThat(goOn()).containsExactly("/" + i);
        }
        assertThat(goOn()).isEmpty();
        assertThat(decoder.waiting()).isFalse();
    }

    @Test
    void whereReadsEndMakesNoDifference() {
        String all = many(40).replace("GET /7 ", "\r\nGET /7 ");
        int next = 3;
        List<String> targets = new ArrayList<>();
        for (char c : all.toCharArray()) {
            channel.writeInbound(bytes(String.valueOf(c)));
            targets.addAll(decoded());
        }
        assertThat(targets).hasSize(next);
        while (targets.size() < 40) {
            List<String> more = goOn();
            assertThat(more).hasSize(1);
            targets.addAll(more);
        }
        for (int i = 0; i < 40; i++) {
            assertThat(targets.get(i)).isEqualTo("/" + i);
        }
    }

    @Test
    void anEndBehindRequestsThatWaitComesAfterThem() {
        channel.writeInbound(bytes(many(5)));
        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertThat(decoded()).hasSize(3);
        goOn();
        assertThat(events).isEmpty();
        assertThat(goOn()).containsExactly("/4");
        assertThat(events).containsExactly(ChannelInputShutdownEvent.INSTANCE);
    }

    @Test
    void whatRequestsHoldComesBackWithTheirAnswers() {
        channel.writeInbound(bytes(many(3) + "GET / HTTP/1.1\r\n"));
        assertThat(decoder.held()).isBetween(6_000, 7_500);
        for (int i = 0; i < 3; i++) {
            goOn();
        }
        assertThat(decoder.held()).as("half a head").isBetween(1, 200);
        channel.writeInbound(bytes("Host: a\r\n\r\n"));
        goOn();
        assertThat(decoder.held()).isZero();
    }

    @Test
    void halfALineDoesNotHoldTheMemoryOfAWholeRead() {
        channel.writeInbound(Unpooled.directBuffer(65_536)
                .writeBytes(bytes("GET / HTTP/1.1\r\nX: " + "x".repeat(500))));
        assertThat(decoder.undecoded()).isLessThan(1_024);
        channel.writeInbound(bytes("\r\nHost: a\r\n\r\n"));
        assertThat(decoded()).containsExactly("/");
    }

    @Test
    void trailersAreCountedLikeFieldsOfAHead() {
        StringBuilder trailers = new StringBuilder("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked"
                + "\r\n\r\n0\r\n");
        trailers.append("a: b\r\n".repeat(101));
        channel.writeInbound(bytes(trailers.toString()));
        Object last = null;
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            last = message;
        }
        assertThat(Rule.of(((HttpObject) last).decoderResult().cause()))
                .isEqualTo(Rule.FIELD_COUNT);
    }
}
