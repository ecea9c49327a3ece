package dev.gyre.gate;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Looks at the bytes that Netty's decoder has just taken, for what it repairs in silence.
 *
 * <p>Where messages, lines and chunks begin and end is never found out a second time: it follows from what
 * the decoder took in one call and what it made of it. So the two cannot get out of step, as they could if a
 * handler before the decoder read the same bytes by its own lights. It costs one pass over each head
 * (0.03 µs for 380 bytes, what Vert.x's check of each value had cost); counted bodies are not looked at, of
 * chunked ones only the lines between the chunks.
 */
final class DecodedBytes {

    private enum Part { HEAD, COUNTED, CHUNKS, TRAILERS }

    private static final byte CR = '\r';
    private static final byte LF = '\n';

    private final boolean folds;
    private final Supplier<HttpMessage> invalid;
    private final Consumer<List<Object>> sequence;
    private Part part = Part.HEAD;
    private boolean insideChunk;
    private boolean afterCr;
    private boolean refused;

    /**
     * @param folds    lines of a head may go on in the next one
     * @param invalid  makes the message that stands for one refused
     * @param sequence further rules, on what may follow what; throws {@link Refused}
     */
    DecodedBytes(boolean folds, Supplier<HttpMessage> invalid, Consumer<List<Object>> sequence) {
        this.folds = folds;
        this.invalid = invalid;
        this.sequence = sequence;
    }

    /** A message was refused: nothing that comes after it is to be decoded. */
    boolean refused() {
        return refused;
    }

    boolean inHead() {
        return part == Part.HEAD;
    }

    /** What comes now is kept on the heap until the last line of it has come. */
    boolean inFields() {
        return part == Part.HEAD || part == Part.TRAILERS;
    }

    /**
     * To be called after each call of the decoder. When it has failed, or when what it took breaks a rule,
     * the last thing that comes out is an invalid message with its reason.
     *
     * @param in   read up to where the decoder stopped
     * @param from where it began
     * @param out  what it made of the bytes
     */
    void judge(ByteBuf in, int from, List<Object> out) {
        if (failed(out)) {
            refused = true;
            return;
        }
        try {
            check(in, from, out);
            sequence.accept(out);
        } catch (Refused e) {
            refused = true;
            in.skipBytes(in.readableBytes());
            refuse(out, e);
        }
    }

    private void check(ByteBuf in, int from, List<Object> out) {
        int to = in.readerIndex();
        if (from == to) {
            return;
        }
        switch (part) {
            case HEAD -> {
                lines(in, from, to);
                if (out.size() == 1) {
                    part = HttpUtil.isTransferEncodingChunked((HttpMessage) out.get(0))
                            ? Part.CHUNKS : Part.COUNTED;
                    insideChunk = false;
                }
                return;
            }
            case CHUNKS -> chunk(in, from, to, out);
            case TRAILERS -> lines(in, from, to);
            default -> { }
        }
        if (!out.isEmpty() && out.get(out.size() - 1) instanceof LastHttpContent) {
            part = Part.HEAD;
        }
    }

    /** The decoder takes whole lines only, but for a CR among the empty lines that may precede a message. */
    private void lines(ByteBuf in, int from, int to) {
        int begin = from;
        int end = to;
        if (afterCr) {
            if (in.getByte(begin) != LF) {
                throw Rule.CONTROL.refused();
            }
            begin++;
        }
        afterCr = end > begin && in.getByte(end - 1) == CR;
        if (afterCr) {
            end--;
        }
        LineScan.check(in, begin, end, folds);
    }

    /**
     * One call takes the line of a chunk's size with what is there of its data, or more of the data; and the
     * CRLF after the data when it is complete.
     */
    private void chunk(ByteBuf in, int from, int to, List<Object> out) {
        int data = out.isEmpty() ? 0 : ((HttpContent) out.get(0)).content().readableBytes();
        int dataFrom = from;
        if (!insideChunk) {
            dataFrom = in.indexOf(from, to, LF) + 1;
            LineScan.check(in, from, dataFrom, false);
            if (ChunkLine.isLast(in, from)) {
                part = Part.TRAILERS;
                return;
            }
        }
        insideChunk = to - dataFrom == data;
    }

    /** Makes of what the decoder gave out a single object that says why the message is refused. */
    private void refuse(List<Object> out, Refused why) {
        out.forEach(ReferenceCountUtil::release);
        HttpObject last = inHead() ? invalid.get() : new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
        last.setDecoderResult(DecoderResult.failure(why));
        out.clear();
        out.add(last);
    }

    /** The decoder has found something wrong by itself. */
    private static boolean failed(List<Object> out) {
        return !out.isEmpty() && ((HttpObject) out.get(out.size() - 1)).decoderResult().isFailure();
    }
}
