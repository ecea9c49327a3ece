package dev.gyre.gate;

import io.netty.buffer.ByteBuf;

/**
 * Looks through whole lines for what none may hold: control characters other than HTAB, and CR or LF that are
 * not the CRLF at a line's end. Eight bytes at a time, for it passes over every byte of every head.
 */
final class LineScan {

    private static final long EACH = 0x0101010101010101L;
    private static final long HIGH = 0x8080808080808080L;
    private static final byte HT = '\t';
    private static final byte LF = '\n';
    private static final byte CR = '\r';
    private static final byte DEL = 0x7f;

    private LineScan() {
    }

    /**
     * @param from  where a line begins
     * @param to    after the LF of the last line
     * @param folds lines may go on in the next one (RFC 9112, section 5.2)
     * @throws Refused when there is such a thing
     */
    static void check(ByteBuf in, int from, int to, boolean folds) {
        if (!folds && from < to) {
            checkBegin(in.getByte(from));
        }
        for (int i = nextControl(in, from, to); i < to; i = nextControl(in, i, to)) {
            byte control = in.getByte(i);
            if (control == HT) {
                i++;
                continue;
            }
            if (control != CR || i + 1 == to || in.getByte(i + 1) != LF) {
                throw Rule.CONTROL.refused();
            }
            i += 2;
            if (!folds && i < to) {
                checkBegin(in.getByte(i));
            }
        }
    }

    private static void checkBegin(byte first) {
        if (first == ' ' || first == HT) {
            throw Rule.FOLD.refused();
        }
    }

    /** The place of the next byte below 0x20 or equal to 0x7f, or {@code to}. */
    private static int nextControl(ByteBuf in, int from, int to) {
        int i = from;
        for (; i + Long.BYTES <= to; i += Long.BYTES) {
            long controls = controls(in.getLongLE(i));
            if (controls != 0) {
                return i + (Long.numberOfTrailingZeros(controls) >>> 3);
            }
        }
        for (; i < to; i++) {
            byte b = in.getByte(i);
            if (b >= 0 && b < ' ' || b == DEL) {
                return i;
            }
        }
        return to;
    }

    /** The high bit of each control among eight bytes; exact for the lowest of them, and no other counts. */
    private static long controls(long bytes) {
        long belowSpace = bytes - EACH * ' ' & ~bytes;
        long del = bytes ^ EACH * DEL;
        return (belowSpace | del - EACH & ~del) & HIGH;
    }
}
