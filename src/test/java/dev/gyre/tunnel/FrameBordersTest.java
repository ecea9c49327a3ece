package dev.gyre.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gyre.kit.Frames;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A close frame that stands within another frame is none, and breaks that. */
class FrameBordersTest {

    private static final int[] LENGTHS = {0, 1, 125, 126, 127, 255, 256, 65_535, 65_536, 70_000};

    private final Random random = new Random(7);

    @Test
    void bordersAreWhereFramesEndHoweverTheyCome() {
        for (int round = 0; round < 200; round++) {
            ByteBuf all = Unpooled.buffer();
            List<Integer> borders = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                byte[] payload = new byte[LENGTHS[random.nextInt(LENGTHS.length)]];
                random.nextBytes(payload);
                all.writeBytes(Frames.of(random.nextInt(8), random.nextBoolean(), payload));
                borders.add(all.writerIndex());
            }
            FrameBorders frames = new FrameBorders();
            List<Integer> found = new ArrayList<>();
            while (all.isReadable()) {
                ByteBuf piece = all.slice(all.readerIndex(),
                        Math.min(all.readableBytes(), 1 + random.nextInt(round % 2 == 0 ? 3 : 50_000)));
                int followed = frames.follow(piece, true);
                all.skipBytes(followed);
                if (frames.atBorder()) {
                    found.add(all.readerIndex());
                } else {
                    assertThat(followed).isEqualTo(piece.readableBytes());
                }
            }
            assertThat(found).isEqualTo(borders);
            assertThat(frames.closed()).isFalse();
        }
    }

    @Test
    void itIsClosedWhenTheCloseFrameHasComeWhole() {
        byte[] close = Frames.of(Frames.CLOSE, true, new byte[] {3, (byte) 0xe8, 'b'});
        FrameBorders frames = new FrameBorders();
        for (int i = 0; i < close.length; i++) {
            assertThat(frames.closed()).isFalse();
            frames.follow(Unpooled.wrappedBuffer(close, i, 1), false);
        }
        assertThat(frames.closed()).isTrue();
        assertThat(frames.follow(Unpooled.wrappedBuffer(close), false)).as("nothing follows").isZero();
    }

    @Test
    void whatIsNoFrameNeverFails() {
        for (int round = 0; round < 2_000; round++) {
            byte[] any = new byte[random.nextInt(300)];
            random.nextBytes(any);
            FrameBorders frames = new FrameBorders();
            int followed = frames.follow(Unpooled.wrappedBuffer(any), false);
            assertThat(followed == any.length || frames.closed()).isTrue();
        }
        FrameBorders endless = new FrameBorders();
        byte[] tooLong = {2, 127, -1, -1, -1, -1, -1, -1, -1, -1, 8, 0};
        assertThat(endless.follow(Unpooled.wrappedBuffer(tooLong), true)).isEqualTo(tooLong.length);
        assertThat(endless.atBorder()).isFalse();
    }

    @Test
    void theCloseFrameSaysThatThisEndGoesAway() {
        for (boolean masked : new boolean[] {false, true}) {
            ByteBuf written = Unpooled.buffer();
            FrameBorders.writeClose(written, masked, random);
            int key = masked ? written.getInt(2) : 0;
            assertThat(written.getUnsignedByte(0)).isEqualTo((short) 0x88);
            assertThat(written.getUnsignedByte(1)).isEqualTo((short) (masked ? 0x82 : 2));
            assertThat(written.getUnsignedShort(masked ? 6 : 2) ^ key >>> 16).isEqualTo(1001);
            assertThat(written.readableBytes()).isEqualTo(masked ? 8 : 4);
        }
    }
}
