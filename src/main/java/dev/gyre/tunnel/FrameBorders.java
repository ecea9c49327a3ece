package dev.gyre.tunnel;

import io.netty.buffer.ByteBuf;
import java.util.random.RandomGenerator;

/**
 * Where the frames of a WebSocket begin and end in one direction (RFC 6455, section 5.2). Heads of frames
 * are read, payloads are counted and not looked at. Bytes that are no WebSocket at all do no harm: they come
 * to no border, or to one that means nothing.
 */
final class FrameBorders {

    private static final int FIN_AND_CLOSE = 0x88;
    private static final int CLOSE = 0x8;
    private static final int MASKED = 0x80;
    /** The endpoint goes away (section 7.4.1). */
    private static final int GOING_AWAY = 1001;

    private int headRead;
    private int lengthEnds;
    private int headEnds;
    private int opcode;
    private long length;
    private long payloadLeft;
    private boolean close;

    /** The next byte is the first one of a frame. */
    boolean atBorder() {
        return headRead == 0 && payloadLeft == 0;
    }

    /** A whole close frame has come, after which no frame may follow. */
    boolean closed() {
        return close && atBorder();
    }

    /**
     * Follows what has come, up to the end of a close frame.
     *
     * @param toBorder stop behind the first byte that is the last one of a frame
     * @return how many bytes it has followed
     */
    int follow(ByteBuf bytes, boolean toBorder) {
        int from = bytes.readerIndex();
        int to = bytes.writerIndex();
        int at = from;
        while (at < to && !closed()) {
            if (payloadLeft > 0) {
                int part = (int) Math.min(payloadLeft, to - at);
                payloadLeft -= part;
                at += part;
            } else {
                head(bytes.getByte(at++));
            }
            if (toBorder && atBorder()) {
                return at - from;
            }
        }
        return at - from;
    }

    private void head(byte next) {
        switch (headRead++) {
            case 0 -> opcode = next & 0xf;
            case 1 -> {
                int size = next & 0x7f;
                lengthEnds = size == 126 ? 4 : size == 127 ? 10 : 2;
                headEnds = lengthEnds + ((next & MASKED) == 0 ? 0 : 4);
                length = lengthEnds == 2 ? size : 0;
            }
            default -> length = headRead <= lengthEnds ? length << 8 | next & 0xff : length;
        }
        if (headRead > 1 && headRead == headEnds) {
            headRead = 0;
            // No frame has 2^63 bytes or more: what says so never comes to an end.
            payloadLeft = length < 0 ? Long.MAX_VALUE : length;
            close |= opcode == CLOSE;
        }
    }

    /**
     * Writes a close frame of status 1001.
     *
     * @param mask what the client of a WebSocket masks its frames with; a server masks none
     */
    static void writeClose(ByteBuf to, boolean masked, RandomGenerator mask) {
        to.writeByte(FIN_AND_CLOSE);
        if (!masked) {
            to.writeByte(Short.BYTES).writeShort(GOING_AWAY);
            return;
        }
        int key = mask.nextInt();
        to.writeByte(MASKED | Short.BYTES).writeInt(key).writeShort(GOING_AWAY ^ key >>> Short.SIZE);
    }
}
