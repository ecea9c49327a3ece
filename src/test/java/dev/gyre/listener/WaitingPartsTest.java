package dev.gyre.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.vertx.ReadMemory;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
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
        assertThat(addUntilFull(1)).isEqualTo(64);
        assertThat(removeUntilNotFull()).isEqualTo(48);
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
