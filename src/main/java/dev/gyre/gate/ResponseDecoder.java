package dev.gyre.gate;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.vertx.core.http.impl.headers.Http1xHeaders;
import java.util.List;

/**
 * Decodes the answers of a backend, one to each request, with the same strictness as {@link RequestDecoder}
 * but for folded lines, which become one line, and white space before a colon, which goes: both is what a
 * proxy may and must do (RFC 9112, sections 5.1 and 5.2). Interim answers that cannot be passed on (RFC 9110,
 * section 15.2: any but 100 and 103) are left out; the final answer follows them. A 101 is the last answer.
 */
public class ResponseDecoder extends HttpResponseDecoder {

    /** A server that reports progress for as long as a request may take sends fewer. */
    private static final int MOST_INTERIMS = 1000;
    private static final int LINE_BUFFER = 256;
    private static final int SWITCHED = 101;

    private final DecodedBytes bytes = new DecodedBytes(true, this::createInvalidMessage, this::follow);
    private final FieldNames names;
    private boolean awaiting;
    private boolean toHead;
    private boolean toUpgrade;
    /** What follows is no HTTP. */
    private boolean switched;
    private boolean unasked;
    private HttpVersion version = HttpVersion.HTTP_1_1;
    private boolean last;
    private Http1xHeaders fields = Http1xHeaders.caseInsensitive();
    private int versionLength;
    private int interims;

    /**
     * @param known    names that came lately on this event loop
     * @param maxLine  longest status line in bytes
     * @param maxHead  largest header section in bytes
     * @param maxPiece largest piece of a body in bytes
     */
    public ResponseDecoder(KnownNames known, int maxLine, int maxHead, int maxPiece) {
        super(new HttpDecoderConfig().setMaxInitialLineLength(maxLine).setMaxHeaderSize(maxHead)
                .setMaxChunkSize(maxPiece).setInitialBufferSize(LINE_BUFFER));
        names = new FieldNames(known, Integer.MAX_VALUE, Claim.Judge.LENIENT);
    }

    /**
     * A request is written, and its answer may come from now on.
     *
     * @param head    its method is HEAD, so that the answer has no body
     * @param upgrade it asks for another protocol, so that the answer may be a 101, the last of HTTP
     */
    public void asked(boolean head, boolean upgrade) {
        awaiting = true;
        toHead = head;
        toUpgrade = upgrade;
    }

    /** A request has been written, and its answer has not yet come to its end. */
    public boolean awaiting() {
        return awaiting;
    }

    /** Those of the latest head, as they were decoded. */
    public Http1xHeaders fields() {
        return fields;
    }

    /** That of the latest head. */
    public HttpVersion version() {
        return version;
    }

    /** Something came after the end of the answer; it has been thrown away. */
    public boolean unasked() {
        return unasked;
    }

    /** The backend has said that no request may follow on this connection. */
    public boolean last() {
        return last;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (bytes.refused() || !awaiting || switched) {
            unasked = true;
            in.skipBytes(in.readableBytes());
            return;
        }
        int from = in.readerIndex();
        super.decode(ctx, in, out);
        bytes.judge(in, from, out);
    }

    private void follow(List<Object> out) {
        if (out.isEmpty()) {
            return;
        }
        if (out.get(0) instanceof HttpResponse head
                && (names.connections() > 0 || head.protocolVersion() == HttpVersion.HTTP_1_0)) {
            last |= !Persistence.settle(head, names.connections());
        }
        if (out.get(0) instanceof HttpResponse head && head.status().code() < 200) {
            interim(head.status().code(), out);
        } else if (out.get(out.size() - 1) instanceof LastHttpContent) {
            awaiting = false;
            interims = 0;
        }
    }

    private void interim(int status, List<Object> out) {
        if (status == SWITCHED) {
            if (!toUpgrade) {
                throw Rule.SWITCHED.refused();
            }
            switched = true;
            return;
        }
        if (++interims > MOST_INTERIMS) {
            throw Rule.INTERIM_FLOOD.refused();
        }
        if (status != 100 && status != 103) {
            out.clear();
        }
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (!bytes.refused()) {
            super.decodeLast(ctx, in, out);
        }
    }

    @Override
    protected boolean isContentAlwaysEmpty(HttpMessage message) {
        int status = ((HttpResponse) message).status().code();
        boolean isFinal = status >= 200;
        // Netty takes eight bytes after some for those of a draft of WebSocket.
        return status == SWITCHED || toHead && isFinal || super.isContentAlwaysEmpty(message);
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        String word = super.splitFirstWordInitialLine(line, start, length);
        if (start != 0 || !word.equals("HTTP/1.1") && !word.equals("HTTP/1.0")) {
            throw Rule.STATUS_LINE.refused();
        }
        versionLength = length;
        return word;
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        if (start != versionLength + 1 || line[start - 1] != ' ' || length != 3
                || line[start] < '1' || line[start] > '9'
                || !digit(line[start + 1]) || !digit(line[start + 2])) {
            throw Rule.STATUS_LINE.refused();
        }
        return super.splitSecondWordInitialLine(line, start, length);
    }

    private static boolean digit(byte b) {
        return b >= '0' && b <= '9';
    }

    /** As in {@link RequestDecoder}, the map need not check again. */
    @Override
    protected HttpMessage createMessage(String[] statusLine) {
        names.begin();
        fields = Http1xHeaders.caseInsensitive();
        version = HttpVersion.valueOf(statusLine[0]);
        return new DefaultHttpResponse(version,
                HttpResponseStatus.valueOf(Integer.parseInt(statusLine[1]), statusLine[2]), fields);
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        AsciiString name = names.take(line, start, length, bytes.inHead());
        // Netty takes what stands between white space and the colon for nothing.
        int colon = start + length;
        while (line[colon] == ' ' || line[colon] == '\t') {
            colon++;
        }
        if (line[colon] != ':') {
            throw Rule.FIELD_NAME.refused();
        }
        return name;
    }
}
