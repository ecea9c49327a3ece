package dev.gyre.gate;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.vertx.core.http.Http1ServerConfig;
import io.vertx.core.http.impl.headers.Http1xHeaders;
import io.vertx.core.http.impl.http1.VertxHttpRequestDecoder;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Decodes requests and refuses what the decoder of Netty and Vert.x would repair in silence: odd separators
 * in the request line, folded lines, bare CRs, several lengths. It takes that decoder's place in a client's
 * pipeline. A message that breaks a rule comes out as an invalid one with the cause {@link Refused}, and
 * nothing comes out after it.
 *
 * <p>Of pipelined requests it decodes a few ahead. One read of 64 KB can hold 2,300 of them, which on the
 * heap would take some 5 MB; the bytes of the others stay as they came until {@link #answered}.
 */
public final class RequestDecoder extends VertxHttpRequestDecoder {

    /** Bytes from which on it is worth while to give memory back. */
    private static final int LARGE = 4096;

    private final DecodedBytes bytes = new DecodedBytes(false, this::createInvalidMessage, out -> { });
    private final FieldNames names;
    private final RequestQueue requests = new RequestQueue();
    private int methodLength;
    private int targetEnd;
    /** Nothing of the next message has been decoded. */
    private boolean between = true;
    /** Bytes of further requests are here. */
    private boolean waiting;
    private long bodyBytes;
    private Object inputEnd;
    private final LongSupplier nanos;
    /** A head has begun and is not whole. */
    private boolean headBegun;
    private long begunNanos;
    /** The head under way, from the end of its first line on; null otherwise, and in idle connections. */
    private DefaultHttpRequest latest;

    /**
     * @param limits of lengths, in bytes
     * @param most   fields in one head
     * @param known  names that came lately on this event loop
     * @param claims judges fields that a backend may take for others
     * @param nanos  by which requests begin
     */
    public RequestDecoder(Http1ServerConfig limits, int most, KnownNames known, Claim.Judge claims,
            LongSupplier nanos) {
        super(limits);
        this.nanos = nanos;
        this.names = new FieldNames(known, most, claims);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (bytes.refused()) {
            in.skipBytes(in.readableBytes());
            return;
        }
        waiting = between && requests.full();
        if (waiting) {
            return;
        }
        int from = in.readerIndex();
        boolean head = bytes.inHead();
        boolean fields = bytes.inFields();
        if (head && !headBegun) {
            headBegun = true;
            begunNanos = nanos.getAsLong();
        }
        super.decode(ctx, in, out);
        bytes.judge(in, from, out);
        int taken = in.readerIndex() - from;
        if (fields) {
            requests.grow(taken);
        }
        if (out.isEmpty()) {
            between &= taken == 0;
            // Empty lines before a head are no part of it.
            headBegun = head && (latest != null || in.isReadable());
        } else {
            headBegun = false;
            if (head) {
                HttpMessage message = (HttpMessage) out.get(0);
                boolean goesOn = names.connections() > 0 ? Persistence.settle(message, names.connections())
                        : message.protocolVersion() != HttpVersion.HTTP_1_0;
                requests.add(names.fields(), latest, begunNanos, goesOn);
                latest = null;
            }
            for (int i = head ? 1 : 0; i < out.size(); i++) {
                bodyBytes += out.get(i) instanceof HttpContent part ? part.content().readableBytes() : 0;
            }
            between = out.get(out.size() - 1) instanceof LastHttpContent;
            if (between) {
                requests.between();
            }
        }
    }

    /** The eldest request is answered to its end. */
    public void answered() {
        requests.remove();
    }

    /** All requests that have begun to come are {@link #answered}, except one with an incomplete head. */
    public boolean served() {
        return requests.isEmpty();
    }

    /** How many requests have been decoded, to the end of their heads at least, and not been answered. */
    public int unanswered() {
        return requests.count();
    }

    /**
     * The head of one of these; empty if its request line could not be read.
     *
     * @param index 0 for the eldest
     */
    public Optional<HttpRequest> head(int index) {
        return requests.head(index);
    }

    /** The client lets another request follow the eldest of these. */
    public boolean goesOn() {
        return requests.goesOn();
    }

    /** When the first byte of one of those was decoded. */
    public long begunNanos(int index) {
        return requests.begunNanos(index);
    }

    /** A head has begun to come that is not whole. */
    public boolean headBegun() {
        return headBegun;
    }

    /** When the first byte of that was decoded. */
    public long begunNanos() {
        return begunNanos;
    }

    /** One request has begun and is not answered. */
    public boolean servesLast() {
        return requests.isSingle();
    }

    /** A body has begun to come, and not come to its end. */
    public boolean inBody() {
        return !bytes.inHead() && !bytes.refused();
    }

    /** Bytes of further requests wait until others are {@link #answered}; no more should be read. */
    public boolean waiting() {
        return waiting;
    }

    /**
     * Goes on with bytes that wait, if there is room for another request now.
     *
     * @param before the handler before this one
     */
    public void goOn(ChannelHandlerContext before) {
        before.fireChannelRead(Unpooled.EMPTY_BUFFER).fireChannelReadComplete();
        if (!waiting && inputEnd != null) {
            Object end = inputEnd;
            inputEnd = null;
            before.fireUserEventTriggered(end);
        }
    }

    /** About how many bytes on the heap requests take that have begun and are not answered. */
    public int held() {
        return requests.held(names.fields());
    }

    /** Bytes of bodies that have been decoded on this connection. */
    public long bodyBytes() {
        return bodyBytes;
    }

    /** Bytes that what has been read and not been decoded takes outside the heap. */
    public int undecoded() {
        return internalBuffer().capacity();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object read) throws Exception {
        super.channelRead(ctx, read);
        ByteBuf rest = internalBuffer();
        if (rest.isReadable() && rest.capacity() >= LARGE && rest.readableBytes() < rest.capacity() / 4
                && rest.refCnt() == 1) {
            // Half a line is not to hold the memory of a whole read until the client sends the other half.
            ByteBuf copy = ctx.alloc().buffer(rest.readableBytes());
            copy.writeBytes(rest);
            super.channelRead(ctx, copy);
        }
    }

    /** Netty's decoder would read on when nothing came of what there was, also where reading is held back. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        discardSomeReadBytes();
        ctx.fireChannelReadComplete();
    }

    /** A client may end its side behind requests that still wait here. */
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (waiting && event instanceof ChannelInputShutdownEvent) {
            inputEnd = event;
        } else {
            super.userEventTriggered(ctx, event);
        }
    }

    @Override
    protected void decodeLast(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
        if (!bytes.refused()) {
            boolean head = bytes.inHead();
            super.decodeLast(ctx, in, out);
            if (head) {
                // A client that leaves in the middle of a head has sent nothing that could be refused.
                out.clear();
            }
        }
    }

    /** Drops the part that has come of an incomplete head. */
    public void forget() {
        if (latest != null) {
            latest.headers().clear();
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
        latest = new DefaultHttpRequest(HttpVersion.valueOf(requestLine[2]),
                HttpMethod.valueOf(requestLine[0]), requestLine[1], Http1xHeaders.caseInsensitive());
        return latest;
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
