package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.vertx.ReadMemory;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledDirectByteBuf;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.impl.headers.Http1xHeaders;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes of an answer, wherever its body's memory is, and what becomes of one that finds no memory. */
class WrittenAnswersTest {

    private static final Http1xHeaders NONE = Http1xHeaders.httpHeaders();

    /** Has memory for so many pieces, and remembers them. */
    private static final class Memory extends AbstractByteBufAllocator {

        private final List<ByteBuf> given = new ArrayList<>();
        private int left;
        private boolean grows = true;

        Memory(int pieces) {
            super(true);
            this.left = pieces;
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            return newDirectBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            if (left-- <= 0) {
                throw new OutOfMemoryError("as the test wants it");
            }
            ByteBuf memory = new UnpooledDirectByteBuf(this, initialCapacity, maxCapacity) {
                @Override
                public ByteBuf capacity(int bytes) {
                    if (!grows) {
                        throw new OutOfMemoryError("as the test wants it");
                    }
                    return super.capacity(bytes);
                }
            };
            given.add(memory);
            return memory;
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    private final EmbeddedChannel reader = new EmbeddedChannel();
    private final EmbeddedChannel channel = new EmbeddedChannel(new ChannelInboundHandlerAdapter());

    private AnswerEncoder encoder(Memory memory) {
        channel.config().setAllocator(memory);
        return new AnswerEncoder(new ClientWrites(channel.pipeline().lastContext()));
    }

    /** On the heap, or in the memory that it was read into. */
    private Buffer piece(boolean direct, String text) {
        if (!direct) {
            return Buffer.buffer(text);
        }
        new ReadMemory(() -> false).serve(reader);
        ByteBuf read = reader.alloc().directBuffer(ReadMemory.MOST);
        read.writeCharSequence(text, StandardCharsets.US_ASCII);
        return ReadMemory.once(BufferInternal.buffer(read));
    }

    private String written() {
        StringBuilder all = new StringBuilder();
        for (ByteBuf part = channel.readOutbound(); part != null; part = channel.readOutbound()) {
            all.append(part.toString(StandardCharsets.US_ASCII));
            part.release();
        }
        return all.toString();
    }

    private static void chunks(AnswerEncoder to, Buffer first, Buffer second) {
        Http1xHeaders fields = Http1xHeaders.httpHeaders();
        fields.set("a", "b");
        Http1xHeaders trailers = Http1xHeaders.httpHeaders();
        trailers.set("t", "u");
        to.begin(HttpResponseStatus.OK, fields, first, true, null);
        to.go(second, true, null);
        to.go(null, true, trailers);
    }

    private static final String CHUNKS = "HTTP/1.1 200 OK\r\na: b\r\n\r\n5\r\nfirst\r\n"
            + "10\r\nsixteen bytes ..\r\n0\r\nt: u\r\n\r\n";

    @Test
    void aPhraseKeepsItsBytes() {
        encoder(new Memory(9)).begin(new HttpResponseStatus(200, "\u00c3\u00a4\tb"), NONE, null, false, NONE);
        ByteBuf written = channel.readOutbound();
        assertThat(written.toString(StandardCharsets.ISO_8859_1))
                .isEqualTo("HTTP/1.1 200 \u00c3\u00a4\tb\r\n\r\n");
        written.release();
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void chunksStandAroundTheirBytes(boolean firstDirect, boolean secondDirect) {
        chunks(encoder(new Memory(9)), piece(firstDirect, "first"), piece(secondDirect, "sixteen bytes .."));
        assertThat(written()).isEqualTo(CHUNKS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theLastPieceEndsTheChunks(boolean direct) {
        encoder(new Memory(9)).begin(HttpResponseStatus.OK, NONE, piece(direct, "all"), true, NONE);
        assertThat(written()).isEqualTo("HTTP/1.1 200 OK\r\n\r\n3\r\nall\r\n0\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCountedBodyHasNothingAroundIt(boolean direct) {
        AnswerEncoder encoder = encoder(new Memory(9));
        encoder.begin(new HttpResponseStatus(200, "Fine"), NONE, null, false, null);
        encoder.go(piece(direct, "one"), false, null);
        encoder.go(piece(direct, "two"), false, NONE);
        assertThat(written()).isEqualTo("HTTP/1.1 200 Fine\r\n\r\nonetwo");
    }

    @Test
    void aSmallAnswerIsOneWrite() {
        encoder(new Memory(1)).begin(HttpResponseStatus.OK, NONE, Buffer.buffer("x".repeat(9000)), false,
                NONE);
        assertThat(channel.outboundMessages()).hasSize(1);
        assertThat(written()).hasSize(9000 + "HTTP/1.1 200 OK\r\n\r\n".length());
    }

    /** Wherever memory ends, the client gets a beginning of the answer and a reset, and nothing is kept. */
    @ParameterizedTest
    @CsvSource({"0,false", "1,false", "2,false", "0,true", "1,true", "2,true"})
    void nothingFollowsWhatFoundNoMemory(int pieces, boolean direct) {
        Memory memory = new Memory(pieces);
        Buffer first = piece(direct, "first");
        Buffer second = piece(direct, "sixteen bytes ..");
        chunks(encoder(memory), first, second);
        assertThat(channel.isOpen()).isFalse();
        String out = written();
        assertThat(CHUNKS).startsWith(out).isNotEqualTo(out);
        assertThat(memory.given).allMatch(given -> given.refCnt() == 0);
        if (direct) {
            assertThat(List.of(first, second)).extracting(piece -> ((BufferInternal) piece).unwrap().refCnt())
                    .containsOnly(0);
        }
    }

    @Test
    void aHeadThatOutgrowsItsMemoryIsNotKept() {
        Memory memory = new Memory(1);
        memory.grows = false;
        Http1xHeaders fields = Http1xHeaders.httpHeaders();
        fields.set("a", "b".repeat(2000));
        encoder(memory).begin(HttpResponseStatus.OK, fields, Buffer.buffer("x"), false, NONE);
        assertThat(channel.isOpen()).isFalse();
        assertThat(memory.given).extracting(ByteBuf::refCnt).containsExactly(0);
    }

    @Test
    void whatOneTurnOfReadingLedToGoesOutTogether() {
        channel.config().setAllocator(new Memory(9));
        ClientWrites writes = new ClientWrites(channel.pipeline().lastContext());
        AnswerEncoder encoder = new AnswerEncoder(writes);
        writes.reading();
        encoder.begin(HttpResponseStatus.OK, NONE, null, false, NONE);
        encoder.begin(HttpResponseStatus.OK, NONE, null, false, NONE);
        assertThat(channel.outboundMessages()).isEmpty();
        writes.readComplete();
        assertThat(channel.outboundMessages()).hasSize(2);
        encoder.proceed();
        assertThat(channel.outboundMessages()).hasSize(3);
        channel.releaseOutbound();
    }
}
