package dev.gyre.listener;

import dev.gyre.vertx.ReadMemory;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.impl.headers.Http1xHeaders;
import io.vertx.core.internal.buffer.BufferInternal;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of answers (RFC 9112): a status line, which names this node's version whatever the request's was
 * (section 2.3), fields, and a body by its length or in chunks. What is on the heap is copied behind the
 * head, as the transport would copy it anyway; what is not is written as it stands.
 */
final class AnswerEncoder {

    private static final String VERSION = "HTTP/1.1 ";
    /** Those with their usual phrase, by their code. */
    private static final byte[][] STATUS_LINES = new byte[600][];
    private static final byte[] CONTINUE = bytes(VERSION + "100 Continue\r\n\r\n");
    private static final int CRLF = '\r' << 8 | '\n';
    private static final byte[] LAST_CHUNK = bytes("0\r\n");
    /** Of a usual head. */
    private static final int HEAD = 512;
    /** Of what stands around a chunk and after the last one. */
    private static final int AROUND_CHUNK = 32;

    static {
        for (int code = 100; code < STATUS_LINES.length; code++) {
            STATUS_LINES[code] = statusLine(code, HttpResponseStatus.valueOf(code).reasonPhrase());
        }
    }

    private final ClientWrites writes;

    AnswerEncoder(ClientWrites writes) {
        this.writes = writes;
    }

    /** A backend's phrase may have any bytes (RFC 9112, section 4), which were decoded as they stand. */
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] statusLine(int code, String phrase) {
        return bytes(VERSION + code + ' ' + phrase + "\r\n");
    }

    /** The client may send its body. */
    void proceed() {
        ByteBuf out = null;
        try {
            out = writes.buffer(CONTINUE.length);
            out.writeBytes(CONTINUE);
            writes.write(out);
            writes.sent();
        } catch (OutOfMemoryError e) {
            failed(out);
        }
    }

    /**
     * Writes the head of an answer and what there is of its body; without a body the head of an interim one.
     *
     * @param piece   null for none
     * @param chunked the body has no other length than its end
     * @param last    as below
     */
    void begin(HttpResponseStatus status, Http1xHeaders fields, Buffer piece, boolean chunked,
            Http1xHeaders last) {
        ByteBuf out = null;
        try {
            out = writes.buffer(HEAD + room(piece));
            int code = status.code();
            boolean usual = code < STATUS_LINES.length && status == HttpResponseStatus.valueOf(code);
            out.writeBytes(usual ? STATUS_LINES[code] : statusLine(code, status.reasonPhrase()));
            fields.encode(out, false);
            out.writeShort(CRLF);
        } catch (OutOfMemoryError e) {
            failed(out);
            drop(piece);
            return;
        }
        write(out, piece, chunked, last);
    }

    /**
     * Writes more of the body.
     *
     * @param piece null for none
     * @param last  null unless the body ends with this; then the fields after it, where it is chunked
     */
    void go(Buffer piece, boolean chunked, Http1xHeaders last) {
        write(null, piece, chunked, last);
    }

    private void write(ByteBuf before, Buffer piece, boolean chunked, Http1xHeaders last) {
        boolean some = piece != null && piece.length() > 0;
        boolean ends = chunked && last != null;
        ByteBuf out = before;
        Buffer left = piece;
        try {
            if (some && chunked) {
                out = there(out, piece);
                chunkSize(out, piece.length());
            }
            if (some && isDirect(piece)) {
                if (out != null) {
                    writes.write(out);
                    out = null;
                }
                left = null;
                writes.write(((BufferInternal) piece).getByteBuf());
            } else if (some) {
                out = there(out, piece);
                ByteBuf bytes = ((BufferInternal) piece).unwrap();
                out.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
            }
            if (some && chunked) {
                out = there(out, null);
                out.writeShort(CRLF);
            }
            if (ends) {
                out = there(out, null);
                out.writeBytes(LAST_CHUNK);
                last.encode(out, false);
                out.writeShort(CRLF);
            }
            if (out != null) {
                writes.write(out);
            }
            writes.sent();
        } catch (OutOfMemoryError e) {
            failed(out);
            drop(left);
        }
    }

    private ByteBuf there(ByteBuf out, Buffer piece) {
        return out == null ? writes.buffer(room(piece)) : out;
    }

    /** Bytes of the piece, where it is copied, and of what may stand around it. */
    private static int room(Buffer piece) {
        return AROUND_CHUNK + (piece == null || isDirect(piece) ? 0 : piece.length());
    }

    private static boolean isDirect(Buffer piece) {
        return ((BufferInternal) piece).unwrap().isDirect();
    }

    private static void chunkSize(ByteBuf out, int bytes) {
        int digits = (35 - Integer.numberOfLeadingZeros(bytes)) / 4;
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
            out.writeByte(Character.forDigit(bytes >> shift & 0xf, 16));
        }
        out.writeShort(CRLF);
    }

    /** There is no memory for what is to be written. */
    private void failed(ByteBuf out) {
        if (out != null) {
            out.release();
        }
        writes.failed();
    }

    private static void drop(Buffer piece) {
        if (piece != null) {
            ReadMemory.drop(piece);
        }
    }
}
