package dev.gyre.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.CharsetUtil;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.impl.headers.Http1xHeaders;

/**
 * Writes requests of HTTP/1 on one connection. A head, the lines around a chunk and what of a body is on the
 * heap, which Netty would copy anyway, go into one buffer. Memory outside the heap is written as it is.
 */
final class Http1RequestWriter {

    private static final ByteBuf VERSION = constant(" HTTP/1.1\r\n");
    private static final ByteBuf AFTER_CHUNK = constant("\r\n");
    private static final ByteBuf LAST_CHUNK = constant("0\r\n\r\n");
    /** Bytes that the lines around a chunk take at most. */
    private static final int CHUNK_LINES = 24;
    private static final int LEAST_HEAD = 256;

    private final ChannelHandlerContext ctx;
    /** Bytes of a usual head on this connection, so that few buffers have to grow. */
    private int usualHead = LEAST_HEAD;

    Http1RequestWriter(ChannelHandlerContext ctx) {
        this.ctx = ctx;
    }

    private static ByteBuf constant(String text) {
        return Unpooled.unreleasableBuffer(Unpooled.directBuffer(text.length())
                .writeBytes(text.getBytes(CharsetUtil.US_ASCII)).asReadOnly());
    }

    /**
     * Writes a piece of the body, and the head before it if that has not been written. If this throws,
     * nothing is written.
     *
     * @param piece   may be empty; released, but not if this throws
     * @param last    the request ends with it
     * @param written what comes of the piece
     */
    void write(Http1BackendStream of, ByteBuf piece, boolean last, ChannelPromise written) {
        if (of.headSent() && !of.isChunked()) {
            ctx.write(piece, written);
            return;
        }
        int length = piece.readableBytes();
        boolean joins = length == 0 || !piece.isDirect();
        ByteBuf front = ctx.alloc().buffer(
                (of.headSent() ? 0 : usualHead) + CHUNK_LINES + (joins ? length : 0));
        try {
            begin(of, length, front);
            if (joins) {
                front.writeBytes(piece, piece.readerIndex(), length);
                end(of, length, last, front);
            }
        } catch (RuntimeException | Error e) {
            front.release();
            throw e;
        }
        if (joins) {
            piece.release();
            ctx.write(front, written);
            return;
        }
        ctx.write(front, ctx.voidPromise());
        ctx.write(piece, written);
        if (of.isChunked()) {
            ctx.write(AFTER_CHUNK.duplicate(), ctx.voidPromise());
            if (last) {
                ctx.write(LAST_CHUNK.duplicate(), ctx.voidPromise());
            }
        }
    }

    private void begin(Http1BackendStream of, int length, ByteBuf to) {
        if (!of.headSent()) {
            head(of, to);
            usualHead = Math.max(LEAST_HEAD, (usualHead + to.writerIndex()) / 2);
        }
        if (of.isChunked() && length > 0) {
            ByteBufUtil.writeAscii(to, Integer.toHexString(length));
            write(AFTER_CHUNK, to);
        }
    }

    private static void end(Http1BackendStream of, int length, boolean last, ByteBuf to) {
        if (of.isChunked() && length > 0) {
            write(AFTER_CHUNK, to);
        }
        if (of.isChunked() && last) {
            write(LAST_CHUNK, to);
        }
    }

    private static void head(Http1BackendStream of, ByteBuf to) {
        Http1xHeaders fields = of.headers();
        if (of.isChunked()) {
            fields.remove(HttpHeaders.CONTENT_LENGTH);
            fields.set(HttpHeaders.TRANSFER_ENCODING, HttpHeaders.CHUNKED);
        }
        ByteBufUtil.writeAscii(to, of.method().toNetty().asciiName());
        to.writeByte(' ');
        ByteBufUtil.writeUtf8(to, of.target());
        write(VERSION, to);
        fields.encode(to, false);
        write(AFTER_CHUNK, to);
    }

    private static void write(ByteBuf constant, ByteBuf to) {
        to.writeBytes(constant, 0, constant.writerIndex());
    }
}
