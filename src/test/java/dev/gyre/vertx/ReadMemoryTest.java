package dev.gyre.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Await;
import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import org.junit.jupiter.api.Test;

/** Memory that bodies are passed on in is neither lost, nor used twice at once, nor more than there is. */
class ReadMemoryTest {

    private static final int LARGE = 64 * 1024;

    private final ReadMemory memory = new ReadMemory(2 * LARGE, () -> false);
    private final EmbeddedChannel channel = new EmbeddedChannel();

    ReadMemoryTest() {
        memory.serve(channel);
    }

    private ByteBuf read(int bytes) {
        ByteBuf read = channel.alloc().directBuffer(LARGE);
        return read.writeZero(Math.min(bytes, read.writableBytes()));
    }

    @Test
    void whatIsWrittenOnceIsGivenBack() {
        ByteBuf slice = read(LARGE).readRetainedSlice(1000);
        ByteBuf whole = slice.unwrap();
        Buffer piece = ReadMemory.once(BufferInternal.buffer(slice));
        assertThat(memory.lent()).isEqualTo(LARGE);
        ((BufferInternal) piece).getByteBuf().release();
        assertThat(memory.lent()).as("the rest of it may be in use").isEqualTo(LARGE);
        whole.release();
        assertThat(memory.lent()).isZero();
    }

    @Test
    void whatIsKeptIsACopy() {
        ByteBuf read = read(0).writeBytes("to be sent again".getBytes());
        Buffer kept = ReadMemory.kept(BufferInternal.buffer(read));
        assertThat(memory.lent()).isZero();
        assertThat(kept).hasToString("to be sent again");
    }

    @Test
    void whatBringsLittleDoesNotHoldMuch() {
        ByteBuf trimmed = ReadMemory.trimmed(read(LARGE / 4 - 1));
        assertThat(memory.lent()).isZero();
        assertThat(trimmed.readableBytes()).isEqualTo(LARGE / 4 - 1);
        trimmed.release();
        ByteBuf asItCame = read(LARGE / 4);
        assertThat(ReadMemory.trimmed(asItCame)).isSameAs(asItCame);
        asItCame.release();
    }

    @Test
    void aReadThatIsOneTooManyFindsNoMemoryUntilOneIsGivenBack() {
        ByteBuf first = read(LARGE);
        ByteBuf second = read(LARGE);
        ByteBuf third = read(LARGE);
        assertThat(ReadMemory.wasMissing(first) || ReadMemory.wasMissing(second)).isFalse();
        assertThat(ReadMemory.wasMissing(third)).isTrue();
        assertThat(third.maxWritableBytes()).as("nothing else is written to it").isZero();
        third.release();
        second.release();
        assertThat(ReadMemory.wasMissing(read(LARGE))).isFalse();
        assertThat(memory.lent()).isEqualTo(2 * LARGE);
        first.release();
    }

    @Test
    void whatIsDroppedIsFoundAgain() throws Exception {
        read(LARGE);
        read(LARGE);
        Await.until("there is room for another", () -> !ReadMemory.wasMissing(read(LARGE)));
    }
}
