package dev.gyre.upstream;

import dev.gyre.gate.ResponseDecoder;
import dev.gyre.loop.DeadlineWheel.Deadline;
import dev.gyre.loop.Loop;
import dev.gyre.loop.LoopMemory;
import dev.gyre.tls.HandshakeFailure;
import dev.gyre.tunnel.TunnelEnd;
import dev.gyre.vertx.ReadMemory;
import dev.gyre.vertx.Reset;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.impl.headers.Http1xHeaders;
import io.vertx.core.internal.buffer.BufferInternal;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;

/**
 * A connection of HTTP/1, which carries one request at a time. It is the only handler of its channel: what is
 * decoded goes to the request at once, and what a request writes goes to the channel at once.
 */
final class Http1BackendConnection extends ResponseDecoder
        implements BackendConnection, Http1BackendStream.Carrier {

    private static final int MAX_STATUS_LINE = 8 * 1024;
    private static final int MAX_HEADERS = 64 * 1024;
    /** How long a backend may take to close its side of a connection that is given up for another loop. */
    private static final Duration FAREWELL = Duration.ofMillis(10);
    /** How much more is read, in bytes, while the client takes no more. */
    private static final int MOST_HELD = Loop.BODY_PIECE;
    private static final Throwable CLOSED = new HttpClosedException("Connection was closed");

    private final Loop loop;
    /** One for all requests: each has it until its head is sent. */
    private final Http1xHeaders headers = Http1xHeaders.httpHeaders();
    private ChannelHandlerContext ctx;
    private Channel channel;
    /** Null where the connection is in clear text. */
    private SslHandler tls;
    private Http1RequestWriter writer;
    private Owner owner;
    /** Null between two requests. */
    private StreamUser user;
    /** Null when there is nobody to hear of what comes. */
    private Http1BackendStream stream;
    /** Null while it carries HTTP. */
    private TunnelEnd tunnel;
    private boolean decoding;
    private boolean reading;
    private boolean unflushed;
    private boolean holding;
    private int held;
    private boolean released;
    private boolean broken;
    /** The backend has said, within TLS, that nothing follows. */
    private boolean saidEnd;
    /** This side has said so. */
    private boolean leaving;
    /** Something has come on it. */
    private boolean heard;
    /** Why a request on it fails when it closes. */
    private Throwable cause = CLOSED;
    private boolean gone;

    Http1BackendConnection(Loop loop) {
        super(loop.names(), MAX_STATUS_LINE, MAX_HEADERS, Loop.BODY_PIECE);
        this.loop = loop;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        channel = context.channel();
        tls = channel.pipeline().get(SslHandler.class);
        writer = new Http1RequestWriter(context);
        loop.readMemory().serve(channel);
    }

    @Override
    public void belongsTo(Owner to) {
        owner = to;
        loop.memory().add(LoopMemory.CONNECTION);
    }

    @Override
    public int maxStreams() {
        return 1;
    }

    @Override
    public boolean usable() {
        return !gone && !leaving && !last() && !unasked() && channel.isActive();
    }

    @Override
    public void open(HttpMethod method, String target, StreamUser by) {
        user = by;
        if (channel.isActive()) {
            headers.clear();
            stream = new Http1BackendStream(this, method, target, headers);
            by.opened(stream);
        } else {
            by.notOpened(CLOSED);
        }
    }

    /** Only what went through to the last byte leaves the connection fit for another request. */
    @Override
    public void end(StreamUser by, boolean whole) {
        stream = null;
        if (!whole) {
            user = null;
            close();
        } else if (decoding) {
            // Something may follow the answer: the next request comes when that is known.
            released = true;
        } else {
            free();
        }
    }

    private void free() {
        user = null;
        if (holding) {
            hold(false);
        }
        owner.streamEnded();
    }

    /** Without writing out what is pending, for the backend may have stopped reading. */
    @Override
    public void close() {
        if (tls != null && user == null && !gone && !leaving) {
            sayEnd(this::closeNow);
        } else {
            closeNow();
        }
    }

    private void closeNow() {
        if (!gone) {
            channel.unsafe().close(channel.unsafe().voidPromise());
        }
    }

    /** Within TLS an end is said, as the end of the connection alone proves nothing. */
    private void sayEnd(Runnable then) {
        leaving = true;
        tls.closeOutbound().addListener(said -> then.run());
        closeAfterFarewell();
    }

    private void closeAfterFarewell() {
        loop.schedule(new Deadline() {
            @Override
            protected void expired() {
                closeNow();
            }
        }, FAREWELL);
    }

    /**
     * Breaks it off, as what follows would be taken for what could not be written: with a reset, for an end
     * in order may tell the other side that all has come.
     */
    private void breakOff(Throwable why) {
        if (channel.isActive()) {
            broken = true;
            cause = why;
            Reset.close(channel);
        }
    }

    @Override
    public void leave() {
        DuplexChannel duplex = (DuplexChannel) channel;
        if (tls == null) {
            duplex.shutdownOutput();
            closeAfterFarewell();
        } else if (!leaving) {
            sayEnd(duplex::shutdownOutput);
        }
    }

    // What requests do.

    @Override
    public void write(Http1BackendStream by, Buffer piece, boolean last, Runnable passedOn) {
        ByteBuf bytes = piece == null ? Unpooled.EMPTY_BUFFER : ((BufferInternal) piece).getByteBuf();
        if (by != stream || !channel.isActive()) {
            bytes.release();
            passedOn.run();
            return;
        }
        try {
            writer.write(by, bytes, last, promise(passedOn));
        } catch (OutOfMemoryError e) {
            bytes.release();
            passedOn.run();
            breakOff(e);
            return;
        }
        if (!by.headSent()) {
            by.headIsSent();
            // A connection that rests keeps nothing of its last request.
            headers.clear();
            asked(by.method() == HttpMethod.HEAD, by.mayUpgrade());
        }
        if (reading) {
            unflushed = true;
        } else {
            ctx.flush();
        }
    }

    /** A write that fails without a promise of its own is told by {@link #exceptionCaught}. */
    private ChannelPromise promise(Runnable passedOn) {
        if (passedOn == BackendStream.UNAWAITED) {
            return ctx.voidPromise();
        }
        return ctx.newPromise().addListener((ChannelFuture written) -> {
            passedOn.run();
            if (!written.isSuccess()) {
                breakOff(written.cause());
            }
        });
    }

    @Override
    public boolean full() {
        return !channel.isWritable();
    }

    @Override
    public void hold(Http1BackendStream by, boolean on) {
        if (by == stream) {
            hold(on);
        }
    }

    private void hold(boolean on) {
        holding = on;
        held = 0;
        if (!on && !channel.config().isAutoRead()) {
            channel.config().setAutoRead(true);
        }
    }

    private void holdBack(int bytes) {
        held += bytes;
        if (held >= MOST_HELD) {
            channel.config().setAutoRead(false);
        }
    }

    @Override
    public void reset(Http1BackendStream by) {
        if (by == stream) {
            stream = null;
            close();
        }
    }

    @Override
    public TunnelEnd switchProtocols() {
        stream = null;
        tunnel = TunnelEnd.before(ctx);
        return tunnel;
    }

    // What the channel tells.

    @Override
    public void channelRead(ChannelHandlerContext context, Object read) throws Exception {
        if (ReadMemory.wasMissing(read)) {
            ReferenceCountUtil.release(read);
            fail(new OutOfMemoryError("no memory to read an answer into"));
            return;
        }
        if (user == null || !awaiting()) {
            ReferenceCountUtil.release(read);
            close();
            return;
        }
        ByteBuf message = ReadMemory.trimmed((ByteBuf) read);
        if (stream != null && !stream.answered()) {
            stream.begins();
            user.firstByte();
        }
        heard = true;
        boolean scarce = loop.memory().read(message.readableBytes());
        if (holding) {
            holdBack(scarce ? MOST_HELD : message.readableBytes());
        }
        reading = true;
        decoding = true;
        try {
            super.channelRead(context, message);
        } finally {
            decoding = false;
        }
        if (released) {
            released = false;
            free();
        }
    }

    /** Netty's would read on in spite of a {@link #hold} when nothing goes to another handler. */
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        discardSomeReadBytes();
        if (user != null) {
            user.readComplete();
        }
        reading = false;
        if (unflushed) {
            unflushed = false;
            context.flush();
        }
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (broken) {
            in.skipBytes(in.readableBytes());
        } else if (tunnel != null) {
            // What came in one read with the 101.
            tunnel.read(in.readRetainedSlice(in.readableBytes()));
        } else {
            super.decode(context, in, out);
            take(out);
        }
    }

    /**
     * The end of a connection is that of an answer without a length, but not when it broke, and within TLS
     * only if the backend said so: anybody on the way can end a connection.
     */
    @Override
    protected void decodeLast(ChannelHandlerContext context, ByteBuf in, List<Object> out) throws Exception {
        if (!broken && tunnel == null && (tls == null || saidEnd)) {
            super.decodeLast(context, in, out);
            take(out);
        }
    }

    private void take(List<Object> decoded) {
        int taken = 0;
        try {
            while (taken < decoded.size()) {
                take((HttpObject) decoded.get(taken++));
            }
        } finally {
            while (taken < decoded.size()) {
                ReferenceCountUtil.release(decoded.get(taken++));
            }
            decoded.clear();
        }
    }

    private void take(HttpObject part) {
        if (part.decoderResult().isFailure()) {
            ReferenceCountUtil.release(part);
            fail(part.decoderResult().cause());
        } else if (part instanceof HttpResponse head) {
            if (stream != null) {
                stream.head(head);
            }
        } else {
            take((HttpContent) part);
        }
    }

    private void take(HttpContent part) {
        if (part.content().isReadable()) {
            BufferInternal piece = BufferInternal.safeBuffer(part.content());
            if (stream == null || !stream.takes(piece)) {
                ReadMemory.drop(piece);
            }
        } else {
            part.release();
        }
        if (part instanceof LastHttpContent last && stream != null) {
            stream.ended(last.trailingHeaders());
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (stream != null && channel.isWritable()) {
            stream.drained();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
        if (event == SslCloseCompletionEvent.SUCCESS) {
            saidEnd = true;
            closeNow();
        } else {
            super.userEventTriggered(context, event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
        try {
            super.channelInactive(context);
        } finally {
            gone = true;
            loop.memory().add(-LoopMemory.CONNECTION);
            owner.closed();
            fail(cause);
        }
    }

    /** Tells the request, if it has not been told that its answer has ended. */
    private void fail(Throwable why) {
        Http1BackendStream failed = stream;
        stream = null;
        if (failed != null) {
            failed.broke(why);
        }
        close();
    }

    /** A read or a write has failed, or what was called from here. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable wrapped) {
        Throwable why = tls == null ? wrapped : insideOfTls(wrapped);
        if (why instanceof RuntimeException) {
            loop.report(why);
        }
        breakOff(why instanceof RuntimeException ? CLOSED : why);
    }

    /** TLS closes the channel before it tells why. */
    private Throwable insideOfTls(Throwable wrapped) {
        Throwable why = HandshakeFailure.unwrapped(wrapped);
        if (why instanceof SSLException) {
            broken = true;
            cause = heard ? why : HandshakeFailure.late(why).map(Throwable.class::cast).orElse(why);
            return cause;
        }
        return why;
    }
}
