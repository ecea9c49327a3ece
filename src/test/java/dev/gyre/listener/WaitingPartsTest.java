package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.vertx.ReadMemory;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A body that nobody takes at the moment holds no more than a bound, and is read on before all is gone. */
class WaitingPartsTest {

    private static final int PIECE = 16 * 1024;

    private final WaitingParts parts = new WaitingParts();

    private int addUntilFull(int bytes) {
        int count = 0;
        while (!parts.full()) {
            parts.add(Buffer.buffer(new byte[bytes]));
            count++;
        }
        return count;
    }

    private int removeUntilNotFull() {
        int count = 0;
        while (parts.full()) {
            parts.removeFirst();
            count++;
        }
        return count;
    }

    @Test
    void aQuarterOfAMegabyteIsReadAhead() {
        assertThat(addUntilFull(PIECE)).isEqualTo(16);
        assertThat(parts.bytes()).isEqualTo(256 * 1024);
        assertThat(removeUntilNotFull()).isEqualTo(12);
        assertThat(parts.bytes()).isEqualTo(64 * 1024);
    }

    @Test
    void smallPiecesAreCountedToo() {
        assertThat(addUntilFull(257)).isEqualTo(64);
        assertThat(removeUntilNotFull()).isEqualTo(48);
    }

    /** On their own the pieces of a read in chunks of one byte take ten times its memory, on the heap. */
    @Test
    void tinyPiecesBecomeFew() {
        EmbeddedChannel channel = new EmbeddedChannel();
        new ReadMemory(() -> false).serve(channel);
        ByteBuf read = channel.alloc().directBuffer(ReadMemory.MOST);
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 10_000; i++) {
            expected.append((char) ('a' + i % 26));
        }
        read.writeCharSequence(expected, StandardCharsets.US_ASCII);
        while (read.isReadable()) {
            parts.add(BufferInternal.buffer(read.readRetainedSlice(1)));
        }
        assertThat(read.refCnt()).as("only the test's own hold").isEqualTo(1);
        read.release();
        assertThat(parts.full()).isFalse();
        assertThat(parts.bytes()).isEqualTo(10_000);
        assertThat(parts.takeCopied()).isEqualTo(10_000);
        assertThat(parts.takeCopied()).isZero();
        StringBuilder found = new StringBuilder();
        int count = 0;
        for (; !parts.isEmpty(); parts.removeFirst()) {
            found.append(parts.first());
            count++;
        }
        assertThat(found.toString()).isEqualTo(expected.toString());
        assertThat(count).isLessThanOrEqualTo(3);
        assertThat(parts.bytes()).isZero();
    }

    @Test
    void aPieceThatWasTakenAndOneOfAnotherBodyAreLeftAsTheyAre() {
        parts.add(Buffer.buffer("a"));
        Object taken = parts.first();
        parts.removeFirst();
        parts.add(Buffer.buffer("b"));
        Object end = new Object();
        parts.add(end);
        parts.add(Buffer.buffer("c"));
        assertThat(taken).hasToString("a");
        assertThat(parts.first()).hasToString("b");
        parts.removeFirst();
        assertThat(parts.first()).isSameAs(end);
        parts.removeFirst();
        assertThat(parts.first()).hasToString("c");
    }

    @Test
    void whatIsDroppedGivesItsMemoryBack() {
        EmbeddedChannel channel = new EmbeddedChannel();
        new ReadMemory(() -> false).serve(channel);
        ByteBuf read = channel.alloc().directBuffer(ReadMemory.MOST).writeZero(ReadMemory.MOST);
        parts.add(BufferInternal.buffer(read.readRetainedSlice(PIECE)));
        parts.add(new Object());
        parts.add(BufferInternal.buffer(read));
        parts.drop();
        assertThat(read.refCnt()).isZero();
        assertThat(parts.isEmpty()).isTrue();
        assertThat(parts.bytes()).isZero();
    }
}
