package dev.gyre.gate;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.impl.headers.Http1xHeaders;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import java.util.List;

/**
 * Decodes requests and refuses what the decoder of Netty and Vert.x would repair in silence: odd separators
 * in the request line, folded lines, bare CRs, several lengths. It takes that decoder's place in a client's
 * pipeline. What breaks a rule comes out as an invalid message whose cause is {@link Refused}, and nothing
 * comes out after it.
 */
public final class RequestDecoder extends VertxHttpRequestDecoder {

    private final DecodedBytes bytes = new DecodedBytes(false, this::createInvalidMessage, out -> { });
    private final FieldNames names;
    private int methodLength;
    private int targetEnd;

    /**
     * @param limits of lengths, in bytes
     * @param most   fields in one head
     * @param known  names that came lately on this event loop
     */
    public RequestDecoder(Http1ServerConfig limits, int most, KnownNames known) {
        super(limits);
        this.names = new FieldNames(known, most);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (bytes.refused()) {
            in.skipBytes(in.readableBytes());
            return;
        }
        int from = in.readerIndex();
        super.decode(ctx, in, out);
        bytes.judge(in, from, out);
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (!bytes.refused()) {
            super.decodeLast(ctx, in, out);
        }
    }

    @Override
    protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
        if (!FieldNames.isToken(line, start, length)) {
            throw Rule.METHOD.refused();
        }
        methodLength = length;
        return super.splitFirstWordInitialLine(line, start, length);
    }

    @Override
    protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
        if (start != methodLength + 1 || line[start - 1] != ' ') {
            throw Rule.REQUEST_LINE.refused();
        }
        targetEnd = start + length;
        return super.splitSecondWordInitialLine(line, start, length);
    }

    @Override
    protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
        if (start != targetEnd + 1 || line[start - 1] != ' ') {
            throw Rule.REQUEST_LINE.refused();
        }
        String version = super.splitThirdWordInitialLine(line, start, length);
        if (!version.equals("HTTP/1.1") && !version.equals("HTTP/1.0")) {
            throw (isVersion(version) ? Rule.VERSION : Rule.REQUEST_LINE).refused();
        }
        return version;
    }

    private static boolean isVersion(String word) {
        return word.startsWith("HTTP/") && word.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /** Values are checked with all the other bytes of the head, names one by one: the map need not again. */
    @Override
    protected HttpMessage createMessage(String[] requestLine) {
        names.begin();
        return new DefaultHttpRequest(HttpVersion.valueOf(requestLine[2]), HttpMethod.valueOf(requestLine[0]),
                requestLine[1], Http1xHeaders.caseInsensitive());
    }

    @Override
    protected AsciiString splitHeaderName(byte[] line, int start, int length) {
        AsciiString name = names.take(line, start, length, bytes.inHead());
        if (names.hosts() > 1) {
            throw Rule.HOST_TWICE.refused();
        }
        return name;
    }
}
