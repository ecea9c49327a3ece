package dev.gyre.kit;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Bytes as they may come from a network: in pieces of any length. */
public record Pieces(byte[] bytes) {

    /** All bytes but the first few of a fuzzer's input, which are its choices. */
    public static Pieces after(int choices, byte[] input) {
        return new Pieces(Arrays.copyOfRange(input, Math.min(choices, input.length), input.length));
    }

    public void whole(EmbeddedChannel to) {
        to.writeInbound(Unpooled.copiedBuffer(bytes));
    }

    /** Cut in one of very many ways; 0 stands for single bytes. */
    public void cut(EmbeddedChannel to, int way) {
        SplittableRandom random = new SplittableRandom(way);
        int longest = way == 0 ? 1 : 1 + random.nextInt(Math.max(1, bytes.length));
        for (int from = 0; from < bytes.length; ) {
            int end = Math.min(bytes.length, from + 1 + random.nextInt(longest));
            to.writeInbound(Unpooled.copiedBuffer(bytes, from, end - from));
            from = end;
        }
    }
}
