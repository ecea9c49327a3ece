package dev.gyre.gate;

import io.netty.buffer.ByteBuf;

/**
 * The line before a chunk's data (RFC 9112, section 7.1): hexadecimal digits, then extensions, around whose
 * semicolons and equals signs white space may stand. Netty's decoder is looser with them.
 */
final class ChunkLine {

    private static final byte CR = '\r';

    private final ByteBuf in;
    private int at;

    private ChunkLine(ByteBuf in, int from) {
        this.in = in;
        this.at = from;
    }

    /**
     * Whether this is the size of the last chunk, all of whose digits are 0.
     *
     * @param from where the line begins, which ends with CRLF
     * @throws Refused when it is malformed
     */
    static boolean isLast(ByteBuf in, int from) {
        boolean last = true;
        for (int i = from; ; i++) {
            byte b = in.getByte(i);
            if (b == CR) {
                return last;
            }
            if (b == ';' || b == ' ' || b == '\t') {
                new ChunkLine(in, i).extensions();
                return last;
            }
            last &= b == '0';
        }
    }

    private void extensions() {
        while (in.getByte(at) != CR) {
            skipSpace();
            require(in.getByte(at) == ';');
            at++;
            skipSpace();
            token();
            int end = at;
            skipSpace();
            if (in.getByte(at) == '=') {
                at++;
                skipSpace();
                value();
            } else {
                // What stands before the next semicolon is its own.
                at = end;
            }
        }
    }

    private void value() {
        if (in.getByte(at) != '"') {
            token();
            return;
        }
        for (at++; in.getByte(at) != '"'; at++) {
            if (in.getByte(at) == '\\') {
                at++;
            }
            require(in.getByte(at) != CR);
        }
        at++;
    }

    private void token() {
        int from = at;
        while (FieldNames.isTokenByte(in.getByte(at))) {
            at++;
        }
        require(at > from);
    }

    private void skipSpace() {
        while (in.getByte(at) == ' ' || in.getByte(at) == '\t') {
            at++;
        }
    }

    private static void require(boolean wellFormed) {
        if (!wellFormed) {
            throw Rule.CHUNK_SIZE.refused();
        }
    }
}
